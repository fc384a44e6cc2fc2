import { action, value } from '../client.js';
import type { ActionResult, Subscription } from '../types/index.js';

export async function getSubscription(): Promise<Subscription | null> {
  return value('getSubscription');
}

export async function createCheckoutSession(): Promise<ActionResult<{ url: string }>> {
  return action('createCheckoutSession');
}

export async function createPortalSession(): Promise<ActionResult<{ url: string }>> {
  return action('createPortalSession');
}

/** posts_limit is null where there is no limit. */
export async function getUsage(): Promise<{ posts_used: number; posts_limit: number; can_post: boolean }> {
  return value('getUsage');
}

/** At the end of the period that is paid for. */
export async function cancelSubscription(): Promise<ActionResult> {
  return action('cancelSubscription');
}
