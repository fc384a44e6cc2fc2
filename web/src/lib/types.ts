// What the campus contract answers, as far as the UI reads it. Amounts are minor units, times milliseconds since 1970.
export interface Person {
  id: string; name: string | null; avatarUrl: string | null; university: string | null;
  rating: number; completedGigs: number; trustScore: number; idVerified: boolean;
}
export interface User extends Person {
  phone?: string | null; email?: string | null; bio: string | null; course: string | null; year: number | null;
  graduationYear: number | null; phoneVerified: boolean; emailVerified: boolean; idDocumentUrl?: string | null;
  roles: string[]; skills: string[]; reviewsCount: number; totalEarnings?: number; badges: string[];
  walletBalance?: number; pendingBalance?: number; place: string | null; available: boolean; unreadNotifications?: number;
  createdAt: number; lastActiveAt: number | null;
  portfolioUrls?: string[]; hourlyRate?: number; language?: 'en' | 'hi';
}
export interface Attachment { id: string; name: string; type: string; size: number; url: string }
export type GigStatus = 'open' | 'in_progress' | 'completed' | 'cancelled';
export interface Gig {
  id: string; clientId: string; title: string; description: string; category: string | null; skills: string[];
  budgetType: 'fixed' | 'hourly' | 'milestone'; budgetMin: number; budgetMax: number; deadline: number | null;
  attachments: Attachment[]; status: GigStatus; applicationsCount: number; viewsCount: number; isBoosted: boolean;
  boostedUntil?: number; place?: string; latitude?: number; longitude?: number; createdAt: number; updatedAt: number;
}
export interface Application {
  id: string; gigId: string; gigTitle: string | null; clientId: string; doerId: string; doer: Person | null; message: string;
  amount: number | null; status: 'pending' | 'accepted' | 'rejected' | 'withdrawn'; createdAt: number; updatedAt: number;
}
export type OrderStatus = 'pending_payment' | 'in_progress' | 'submitted' | 'approved' | 'completed' | 'disputed' | 'cancelled';
export type OrderAction = 'accept' | 'decline' | 'start' | 'submit' | 'request-revision' | 'approve' | 'cancel' | 'dispute';
export interface Order {
  id: string; gigId: string | null; serviceId?: string; title: string; clientId: string; doerId: string;
  client: Person | null; doer: Person | null; amount: number; platformFee: number; doerPayout: number; refundedAmount?: number;
  escrowState: 'awaiting_payment' | 'funded' | 'released' | 'refunded'; escrowAmount: number; status: OrderStatus; requirements?: string;
  attachments: Attachment[]; deliverables: { message: string; attachments: Attachment[]; urls: string[]; submittedAt: number }[];
  revisionRequests: { message: string; requestedAt: number }[]; actions: OrderAction[]; cancelReason?: string;
  disputeReason?: string; dueAt?: number; createdAt: number; updatedAt: number; startedAt?: number; submittedAt?: number;
  approvedAt?: number; completedAt?: number; cancelledAt?: number; disputedAt?: number;
}
export interface Message {
  id: string; conversationId: string; orderId: string | null; senderId: string; kind?: string; text: string; attachments: Attachment[];
  reactions?: { userId: string; emoji: string }[]; readBy?: string[]; createdAt: number; editedAt?: number;
}
export interface Conversation {
  id: string; orderId: string | null; gigId: string | null; title: string | null; participants: Person[]; lastMessage: Message | null;
  lastMessageAt: number; unreadCount: number; messagesCount: number; archived: boolean;
}
export interface Service {
  id: string; doerId: string; doer: Person | null; title: string; description: string; category: string | null; skills: string[];
  price: number; deliveryTime: number | null; revisions: number; features: string[]; images: Attachment[]; isActive: boolean;
  rating: number; reviewsCount: number; ordersCount: number; createdAt: number; updatedAt: number;
}
export interface Review {
  id: string; orderId: string; reviewerId: string; revieweeId: string; reviewer: Person | null; rating: number; comment: string;
  visible: boolean; createdAt: number;
}
export interface Notice {
  id: string; type: string; title: string; body: string; subject?: string; detail?: string; amount?: number; gigId?: string; orderId?: string; applicationId?: string; actorId?: string;
  read: boolean; createdAt: number;
}
export interface Config {
  name: string; currency: string; currencyDecimals: number; feeBasisPoints: number; feePercent: number;
  razorpayKeyId: string | null; boostPricePerDay: number; boostDaysMax: number; withdrawMin: number; otpExpiresIn: number; autoApproveIn: number;
  sandbox: boolean; sandboxPayments: boolean; sandboxMessages: boolean; vapidPublicKey?: string | null;
}
export interface Category { slug: string; name: string; aliases: string[] }
export interface Checkout { razorpayOrderId: string; amount: number; currency: string; keyId: string; orderId: string }
export interface Paid { razorpay_order_id: string; razorpay_payment_id: string; razorpay_signature: string }
export interface Balance { available: number; pending: number; currency: string }
export interface Transaction {
  id: string; type: string; amount: number; balanceAfter: number; orderId?: string; status: 'completed' | 'pending' | 'failed'; createdAt: number;
}
export interface Withdrawal {
  id: string; amount: number; bankAccountId: string; status: 'pending' | 'paid' | 'failed' | 'cancelled'; createdAt: number; settledAt?: number;
}
export interface BankAccount {
  id: string; accountHolderName: string; last4: string; ifsc: string; verified: boolean;
  status: 'unverified' | 'checking' | 'verified' | 'failed'; registeredName?: string; createdAt: number;
}
export interface Milestone {
  id: string; orderId: string; position: number; title: string; amount: number; platformFee: number; doerPayout: number;
  status: 'planned' | 'funded' | 'submitted' | 'released' | 'cancelled'; message?: string;
}
export interface SavedSearch {
  id: string; name: string; search: string | null; category: string | null; skills: string[]; budgetMin: number | null; budgetMax: number | null; deadline: string | null; matches: number;
}
export interface Buddy { id: string; user: Person | null; notes: string | null; createdAt: number }
export interface Block { user: Person; createdAt: number }
