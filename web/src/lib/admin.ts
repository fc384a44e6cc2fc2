// Words and shapes of the administration.
import { adminEn, type AdminWords } from '../i18n/admin.en';
import { adminHi } from '../i18n/admin.hi';
import { wordsOf } from './i18n';
import { me } from './session';
import type { BankAccount, Gig, Message, Order, Person, Service, User } from './types';

export const a = wordsOf(adminEn, adminHi);
/** A word of the contract, or as it is. */
export const aw = (group: string, value: string): string => {
  const key = `${group}.${value}` as keyof AdminWords;
  return key in adminEn ? a(key) : value.replace(/_/g, ' ');
};

export interface AdminUser extends User { adminRoles?: string[]; idRejectReason?: string; isSuspended?: boolean; suspendedAt?: number; suspendReason?: string; isDeleted?: boolean }
export const roles = (): string[] => (me.value as AdminUser | null)?.adminRoles ?? [];
export interface AdminGig extends Gig { isRemoved?: boolean; removedReason?: string }
export interface AdminService extends Service { isRemoved?: boolean; removedReason?: string }
export interface RemovedReview { id: string; orderId: string; rating: number; comment: string; reviewer: Person | null; reviewee: Person | null; createdAt: number; removedBy: Person | null; removedAt: number; removedReason: string }
export interface AdminReport { id: string; type: string; subjectId: string | null; subjectText: string | null; subjectUser: Person | null; reason: string; reporter: Person | null; status: string; note: string | null; createdAt: number }
export interface AuditEntry { number: number; at: number; actor: Person | null; act: string; type: string; subjectId: string | null; detail: string }
export interface AdminOrder {
  order: Order; escrowHeld: number; disputedBy: string | null; settleNote: string | null; messages: Message[]; messagesTotal: number;
  payments: { id: string; provider: string; amount: number; status: string; providerOrderId: string | null; createdAt: number }[];
  refunds: AdminRefund[]; transfers: { id: string; cause: string; at: number; postings: { account: string; amount: number; userId?: string | null }[] }[]; audit: AuditEntry[];
}
export interface AdminRefund { id: string; status: string; reason: string; orderId: string | null; amount: number; error: string | null; createdAt: number }
export interface AdminWithdrawal { id: string; user: Person | null; amount: number; bankAccount: BankAccount | null; status: string; error: string | null; sending: { status: string; attempts: number; dueAt: number; lastError: string | null } | null; createdAt: number }
export interface OutboxRow { id: string; channel: string; status: string; to: string | null; subject: string | null; carriesCode: boolean; attempts: number; lastError: string | null; createdAt: number; dueAt: number }
export interface AdminCategory { slug: string; name: string; aliases: string[]; hidden: boolean; gigsCount: number; servicesCount: number }
export interface Setting { key: string; value: string; type: string; source: string; editable: boolean; secret: boolean; min: number | null; max: number | null; choices?: string; doc: string }
export type Day = Record<'signUps' | 'gigs' | 'orders' | 'messages' | 'fees' | 'escrow', number> & { date: string };
export type Statistics = Record<'users' | 'gigsOpen' | 'services' | 'ordersOpen' | 'disputesOpen' | 'reportsOpen' | 'escrow' | 'fees', number> & { days: Day[] };
export interface BoxStatus {
  version: string; uptimeSeconds: number; memoryBytes: number; databaseBytes: number; databaseUsedBytes: number; databaseMaxBytes: number; diskBytes: number; diskFreeBytes: number; records: number; commits: number;
  connections: number; websockets: number; requests: number; workers: number; workersBusy: number; outboxWaiting: number; outboxDead: number; sandbox: boolean;
}
export interface Backup { name: string; at: number; bytes: number | null; inBucket: boolean; sealed: boolean; foreign: boolean }
export interface Backups {
  backups: Backup[]; on: boolean; directory: string | null; bucket: string | null; everyHours: number; keep: number; sealed: boolean;
  running: boolean; bytes: number; lastAt: number | null; failedAt: number | null; error: string | null;
}
export interface Restore {
  step: 'none' | 'uploading' | 'fetching' | 'checking' | 'ready' | 'refused' | 'staged'; bytes: number; received: number; pieceBytes: number; error: string | null; records: number | null; people: number | null; lastEventAt: number | null;
}
export interface Certificate {
  on: boolean; editable: boolean; source: string | null; names: string | null; key: string | null; fingerprint: string | null; chain: number | null; validFrom: number | null; validTo: number | null; error: string | null;
}
export interface City { id: string; name: string; createdAt: number }
