import { action, forget, signing, value } from '../client.js';
import type { ActionResult } from '../types/index.js';

/** The form's fields: email, password, full_name, username. Opens a session. */
export async function signUp(formData: FormData): Promise<ActionResult> {
  return signing('signUp', formData);
}

/** The form's fields: email, password. Opens a session. */
export async function signIn(formData: FormData): Promise<ActionResult> {
  return signing('signIn', formData);
}

export async function signOut(): Promise<void> {
  try {
    await value<null>('signOut');
  } finally {
    forget();
  }
}

/** Mails a code, whether or not there is such an account. */
export async function resetPassword(email: string): Promise<ActionResult> {
  return action('resetPassword', email);
}

export async function updatePassword(newPassword: string): Promise<ActionResult> {
  return action('updatePassword', newPassword);
}
