import { action, value } from '../client.js';
import type { ActionResult, Attachment, Conversation, ConversationPreview, Message, PaginatedResult } from '../types/index.js';

export async function getOrCreateConversation(participantId: string, gigId?: string): Promise<Conversation> {
  return value('getOrCreateConversation', participantId, gigId);
}

export async function getConversations(): Promise<ConversationPreview[]> {
  return value('getConversations');
}

/** Newest first; the cursor is the id of the last message of the page before. */
export async function getMessages(conversationId: string, cursor?: string, limit?: number): Promise<PaginatedResult<Message>> {
  return value('getMessages', conversationId, cursor, limit);
}

export async function sendMessage(conversationId: string, content: string, attachments?: Attachment[]): Promise<ActionResult<Message>> {
  return action('sendMessage', conversationId, content, attachments);
}

export async function markAsRead(conversationId: string): Promise<ActionResult> {
  return action('markAsRead', conversationId);
}

/** The first file of the form, whatever its name. */
export async function uploadAttachment(formData: FormData): Promise<ActionResult<Attachment>> {
  return action('uploadAttachment', formData);
}
