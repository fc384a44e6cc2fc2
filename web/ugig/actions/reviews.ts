import { action, value } from '../client.js';
import type { ActionResult, Review, ReviewInput } from '../types/index.js';

export async function createReview(data: ReviewInput): Promise<ActionResult<Review>> {
  return action('createReview', data);
}

export async function getUserReviews(userId: string): Promise<Review[]> {
  return value('getUserReviews', userId);
}

export async function getUserRating(userId: string): Promise<{ average: number; count: number }> {
  return value('getUserRating', userId);
}
