// The functions of the ugig contract, called over HTTP.
export * from './types/index.js';
export { configure, errorCode, memorySession, session, storedSession, UgigError } from './client.js';
export type { ErrorCode, Options, Session, SessionStore } from './client.js';
export * from './actions/auth.js';
export * from './actions/profiles.js';
export * from './actions/gigs.js';
export * from './actions/applications.js';
export * from './actions/messages.js';
export * from './actions/subscriptions.js';
export * from './actions/video-calls.js';
export * from './actions/reviews.js';
export * from './actions/notifications.js';
