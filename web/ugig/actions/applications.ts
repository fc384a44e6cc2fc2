import { action, value } from '../client.js';
import type { ActionResult, Application, ApplicationInput, ApplicationStatus, ApplicationWithApplicant } from '../types/index.js';

export async function submitApplication(data: ApplicationInput): Promise<ActionResult<Application>> {
  return action('submitApplication', data);
}

export async function withdrawApplication(id: string): Promise<ActionResult> {
  return action('withdrawApplication', id);
}

export async function getMyApplications(status?: ApplicationStatus): Promise<Application[]> {
  return value('getMyApplications', status);
}

/** The gig's poster only. */
export async function getGigApplications(gigId: string, status?: ApplicationStatus): Promise<ApplicationWithApplicant[]> {
  return value('getGigApplications', gigId, status);
}

/** The gig's poster only. */
export async function updateApplicationStatus(id: string, status: ApplicationStatus): Promise<ActionResult> {
  return action('updateApplicationStatus', id, status);
}

/** All of them or, when one cannot be, none. */
export async function bulkUpdateApplicationStatus(ids: string[], status: ApplicationStatus): Promise<ActionResult> {
  return action('bulkUpdateApplicationStatus', ids, status);
}
