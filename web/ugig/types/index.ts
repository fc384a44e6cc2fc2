// The types of the ugig contract.

export interface ActionResult<T = void> {
  success: boolean;
  data?: T;
  error?: string;
}

export interface PaginatedResult<T> {
  data: T[];
  total: number;
  page: number;
  limit: number;
  hasMore: boolean;
}

export interface Profile {
  id: string;
  username: string;
  full_name: string | null;
  avatar_url: string | null;
  bio: string | null;
  skills: string[];
  ai_tools: string[];
  hourly_rate: number | null;
  portfolio_urls: string[];
  location: string | null;
  timezone: string | null;
  is_available: boolean;
  profile_completed: boolean;
  created_at: string;
  updated_at: string;
}

/** What one may change of one's own profile. */
export type ProfileUpdateInput = Partial<Omit<Profile, 'id' | 'profile_completed' | 'created_at' | 'updated_at'>>;

export type GigStatus = 'draft' | 'active' | 'paused' | 'closed' | 'filled';
export type BudgetType = 'fixed' | 'hourly';
export type LocationType = 'remote' | 'onsite' | 'hybrid';

export interface Gig {
  id: string;
  poster_id: string;
  poster?: Profile;
  title: string;
  description: string;
  category: string;
  skills_required: string[];
  ai_tools_preferred: string[];
  budget_type: BudgetType;
  budget_min: number | null;
  budget_max: number | null;
  duration: string | null;
  location_type: LocationType;
  location: string | null;
  status: GigStatus;
  applications_count: number;
  views_count: number;
  created_at: string;
  updated_at: string;
}

export interface GigInput {
  title: string;
  description: string;
  category: string;
  skills_required: string[];
  ai_tools_preferred: string[];
  budget_type: 'fixed' | 'hourly';
  budget_min?: number;
  budget_max?: number;
  duration?: string;
  location_type: 'remote' | 'onsite' | 'hybrid';
  location?: string;
}

export interface GigFilters {
  search?: string;
  category?: string;
  skills?: string[];
  ai_tools?: string[];
  budget_min?: number;
  budget_max?: number;
  location_type?: string;
  posted_within?: 'day' | 'week' | 'month';
}

export type ApplicationStatus = 'pending' | 'reviewing' | 'shortlisted' | 'rejected' | 'accepted' | 'withdrawn';

export interface Application {
  id: string;
  gig_id: string;
  gig?: Gig;
  applicant_id: string;
  applicant?: Profile;
  cover_letter: string;
  proposed_rate: number | null;
  proposed_timeline: string | null;
  portfolio_items: string[];
  ai_tools_to_use: string[];
  status: ApplicationStatus;
  created_at: string;
  updated_at: string;
}

export interface ApplicationInput {
  gig_id: string;
  cover_letter: string;
  proposed_rate?: number;
  proposed_timeline?: string;
  portfolio_items?: string[];
  ai_tools_to_use?: string[];
}

export type ApplicationWithApplicant = Application & { applicant: Profile };

export interface Conversation {
  id: string;
  participant_ids: string[];
  participants?: Profile[];
  gig_id: string | null;
  gig?: Gig;
  last_message_at: string;
  created_at: string;
  updated_at: string;
}

export type ConversationPreview = Conversation & { participants: Profile[]; last_message: Message | null; unread_count: number };

export interface Message {
  id: string;
  conversation_id: string;
  sender_id: string;
  sender?: Profile;
  content: string;
  attachments: Attachment[];
  read_by: string[];
  created_at: string;
}

export interface Attachment {
  name: string;
  url: string;
  type: string;
  size: number;
}

export type SubscriptionStatus = 'active' | 'canceled' | 'past_due' | 'trialing' | 'incomplete';
export type SubscriptionPlan = 'free' | 'pro';

export interface Subscription {
  id: string;
  user_id: string;
  stripe_customer_id: string | null;
  stripe_subscription_id: string | null;
  status: SubscriptionStatus;
  plan: SubscriptionPlan;
  current_period_start: string | null;
  current_period_end: string | null;
  cancel_at_period_end: boolean;
  created_at: string;
  updated_at: string;
}

export interface VideoCall {
  id: string;
  room_id: string;
  initiator_id: string;
  initiator?: Profile;
  participant_ids: string[];
  participants?: Profile[];
  gig_id: string | null;
  application_id: string | null;
  scheduled_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  created_at: string;
}

export interface Review {
  id: string;
  gig_id: string;
  reviewer_id: string;
  reviewer?: Profile;
  reviewee_id: string;
  reviewee?: Profile;
  rating: number;
  comment: string | null;
  created_at: string;
}

export interface ReviewInput {
  gig_id: string;
  reviewee_id: string;
  rating: number; // 1 to 5
  comment?: string;
}

export type NotificationType = 'new_application' | 'application_status' | 'new_message' | 'call_scheduled' | 'review_received' | 'gig_update';

export interface Notification {
  id: string;
  user_id: string;
  type: NotificationType;
  title: string;
  body: string | null;
  data: Record<string, any>;
  read_at: string | null;
  created_at: string;
}
