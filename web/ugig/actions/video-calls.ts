import { action, value } from '../client.js';
import type { ActionResult, VideoCall } from '../types/index.js';

export async function createCall(participantId: string, gigId?: string): Promise<ActionResult<VideoCall>> {
  return action('createCall', participantId, gigId);
}

export async function scheduleCall(participantId: string, scheduledAt: Date, gigId?: string): Promise<ActionResult<VideoCall>> {
  return action('scheduleCall', participantId, scheduledAt, gigId);
}

export async function getUpcomingCalls(): Promise<VideoCall[]> {
  return value('getUpcomingCalls');
}

export async function getCallHistory(limit?: number): Promise<VideoCall[]> {
  return value('getCallHistory', limit);
}

export async function endCall(callId: string): Promise<ActionResult> {
  return action('endCall', callId);
}
