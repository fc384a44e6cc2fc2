import { action, value } from '../client.js';
import type { ActionResult, Notification } from '../types/index.js';

export async function getNotifications(unreadOnly?: boolean): Promise<Notification[]> {
  return value('getNotifications', unreadOnly);
}

export async function markNotificationRead(id: string): Promise<ActionResult> {
  return action('markNotificationRead', id);
}

export async function markAllNotificationsRead(): Promise<ActionResult> {
  return action('markAllNotificationsRead');
}

export async function getUnreadCount(): Promise<number> {
  return value('getUnreadCount');
}
