import { action, value } from '../client.js';
import type { ActionResult, Profile, ProfileUpdateInput } from '../types/index.js';

export async function getProfile(username: string): Promise<Profile | null> {
  return value('getProfile', username);
}

export async function updateProfile(data: ProfileUpdateInput): Promise<ActionResult<Profile>> {
  return action('updateProfile', data);
}

/** The first file of the form, whatever its name; answers where it is. */
export async function uploadAvatar(formData: FormData): Promise<ActionResult<string>> {
  return action('uploadAvatar', formData);
}

export async function updateAvailability(isAvailable: boolean): Promise<ActionResult> {
  return action('updateAvailability', isAvailable);
}
