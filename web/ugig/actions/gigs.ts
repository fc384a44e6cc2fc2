import { action, value } from '../client.js';
import type { ActionResult, Gig, GigFilters, GigInput, GigStatus, PaginatedResult } from '../types/index.js';

export async function createGig(data: GigInput): Promise<ActionResult<Gig>> {
  return action('createGig', data);
}

export async function updateGig(id: string, data: Partial<GigInput>): Promise<ActionResult<Gig>> {
  return action('updateGig', id, data);
}

export async function deleteGig(id: string): Promise<ActionResult> {
  return action('deleteGig', id);
}

export async function updateGigStatus(id: string, status: GigStatus): Promise<ActionResult> {
  return action('updateGigStatus', id, status);
}

/** Active ones. */
export async function getGigs(filters: GigFilters, page: number = 1, limit: number = 20): Promise<PaginatedResult<Gig>> {
  return value('getGigs', filters, page, limit);
}

export async function getGig(id: string): Promise<Gig | null> {
  return value('getGig', id);
}

/** Drafts and paused ones too. */
export async function getMyGigs(): Promise<Gig[]> {
  return value('getMyGigs');
}

export async function saveGig(gigId: string): Promise<ActionResult> {
  return action('saveGig', gigId);
}

export async function unsaveGig(gigId: string): Promise<ActionResult> {
  return action('unsaveGig', gigId);
}

export async function getSavedGigs(): Promise<Gig[]> {
  return value('getSavedGigs');
}
