// The published signatures, and that the module's are the same. Checked by tests/api/ugig_module.test.mjs.
import * as ugig from '../../web/ugig/index.js';

namespace Spec {
  // Action result wrapper
  export interface ActionResult<T = void> {
    success: boolean
    data?: T
    error?: string
  }

  // Pagination
  export interface PaginatedResult<T> {
    data: T[]
    total: number
    page: number
    limit: number
    hasMore: boolean
  }

  // User/Profile
  export interface Profile {
    id: string
    username: string
    full_name: string | null
    avatar_url: string | null
    bio: string | null
    skills: string[]
    ai_tools: string[]
    hourly_rate: number | null
    portfolio_urls: string[]
    location: string | null
    timezone: string | null
    is_available: boolean
    profile_completed: boolean
    created_at: string
    updated_at: string
  }

  // Gig
  export type GigStatus = 'draft' | 'active' | 'paused' | 'closed' | 'filled'
  export type BudgetType = 'fixed' | 'hourly'
  export type LocationType = 'remote' | 'onsite' | 'hybrid'

  export interface Gig {
    id: string
    poster_id: string
    poster?: Profile
    title: string
    description: string
    category: string
    skills_required: string[]
    ai_tools_preferred: string[]
    budget_type: BudgetType
    budget_min: number | null
    budget_max: number | null
    duration: string | null
    location_type: LocationType
    location: string | null
    status: GigStatus
    applications_count: number
    views_count: number
    created_at: string
    updated_at: string
  }

  // Application
  export type ApplicationStatus =
    | 'pending'
    | 'reviewing'
    | 'shortlisted'
    | 'rejected'
    | 'accepted'
    | 'withdrawn'

  export interface Application {
    id: string
    gig_id: string
    gig?: Gig
    applicant_id: string
    applicant?: Profile
    cover_letter: string
    proposed_rate: number | null
    proposed_timeline: string | null
    portfolio_items: string[]
    ai_tools_to_use: string[]
    status: ApplicationStatus
    created_at: string
    updated_at: string
  }

  // Messaging
  export interface Conversation {
    id: string
    participant_ids: string[]
    participants?: Profile[]
    gig_id: string | null
    gig?: Gig
    last_message_at: string
    created_at: string
    updated_at: string
  }

  export interface Message {
    id: string
    conversation_id: string
    sender_id: string
    sender?: Profile
    content: string
    attachments: Attachment[]
    read_by: string[]
    created_at: string
  }

  export interface Attachment {
    name: string
    url: string
    type: string
    size: number
  }

  // Subscription
  export type SubscriptionStatus =
    | 'active'
    | 'canceled'
    | 'past_due'
    | 'trialing'
    | 'incomplete'

  export type SubscriptionPlan = 'free' | 'pro'

  export interface Subscription {
    id: string
    user_id: string
    stripe_customer_id: string | null
    stripe_subscription_id: string | null
    status: SubscriptionStatus
    plan: SubscriptionPlan
    current_period_start: string | null
    current_period_end: string | null
    cancel_at_period_end: boolean
    created_at: string
    updated_at: string
  }

  // Video Calls
  export interface VideoCall {
    id: string
    room_id: string
    initiator_id: string
    initiator?: Profile
    participant_ids: string[]
    participants?: Profile[]
    gig_id: string | null
    application_id: string | null
    scheduled_at: string | null
    started_at: string | null
    ended_at: string | null
    created_at: string
  }

  // Reviews
  export interface Review {
    id: string
    gig_id: string
    reviewer_id: string
    reviewer?: Profile
    reviewee_id: string
    reviewee?: Profile
    rating: number
    comment: string | null
    created_at: string
  }

  // Notifications
  export type NotificationType =
    | 'new_application'
    | 'application_status'
    | 'new_message'
    | 'call_scheduled'
    | 'review_received'
    | 'gig_update'

  export interface Notification {
    id: string
    user_id: string
    type: NotificationType
    title: string
    body: string | null
    data: Record<string, any>
    read_at: string | null
    created_at: string
  }

  export interface GigInput {
    title: string
    description: string
    category: string
    skills_required: string[]
    ai_tools_preferred: string[]
    budget_type: 'fixed' | 'hourly'
    budget_min?: number
    budget_max?: number
    duration?: string
    location_type: 'remote' | 'onsite' | 'hybrid'
    location?: string
  }

  export interface GigFilters {
    search?: string
    category?: string
    skills?: string[]
    ai_tools?: string[]
    budget_min?: number
    budget_max?: number
    location_type?: string
    posted_within?: 'day' | 'week' | 'month'
  }

  export interface ApplicationInput {
    gig_id: string
    cover_letter: string
    proposed_rate?: number
    proposed_timeline?: string
    portfolio_items?: string[]
    ai_tools_to_use?: string[]
  }

  export interface ReviewInput {
    gig_id: string
    reviewee_id: string
    rating: number // 1-5
    comment?: string
  }

  // Named by the functions and described in words only.
  export type ProfileUpdateInput = Partial<Omit<Profile, 'id' | 'profile_completed' | 'created_at' | 'updated_at'>>
  export type ApplicationWithApplicant = Application & { applicant: Profile }
  export type ConversationPreview = Conversation & { participants: Profile[]; last_message: Message | null; unread_count: number }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

same<ugig.ActionResult<string>, Spec.ActionResult<string>>(true);
same<ugig.Application, Spec.Application>(true);
same<ugig.ApplicationInput, Spec.ApplicationInput>(true);
same<ugig.ApplicationStatus, Spec.ApplicationStatus>(true);
same<ugig.ApplicationWithApplicant, Spec.ApplicationWithApplicant>(true);
same<ugig.Attachment, Spec.Attachment>(true);
same<ugig.BudgetType, Spec.BudgetType>(true);
same<ugig.Conversation, Spec.Conversation>(true);
same<ugig.ConversationPreview, Spec.ConversationPreview>(true);
same<ugig.Gig, Spec.Gig>(true);
same<ugig.GigFilters, Spec.GigFilters>(true);
same<ugig.GigInput, Spec.GigInput>(true);
same<ugig.GigStatus, Spec.GigStatus>(true);
same<ugig.LocationType, Spec.LocationType>(true);
same<ugig.Message, Spec.Message>(true);
same<ugig.Notification, Spec.Notification>(true);
same<ugig.NotificationType, Spec.NotificationType>(true);
same<ugig.PaginatedResult<string>, Spec.PaginatedResult<string>>(true);
same<ugig.Profile, Spec.Profile>(true);
same<ugig.ProfileUpdateInput, Spec.ProfileUpdateInput>(true);
same<ugig.Review, Spec.Review>(true);
same<ugig.ReviewInput, Spec.ReviewInput>(true);
same<ugig.Subscription, Spec.Subscription>(true);
same<ugig.SubscriptionPlan, Spec.SubscriptionPlan>(true);
same<ugig.SubscriptionStatus, Spec.SubscriptionStatus>(true);
same<ugig.VideoCall, Spec.VideoCall>(true);

same<typeof ugig.signUp, (formData: FormData) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.signIn, (formData: FormData) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.signOut, () => Promise<void>>(true);
same<typeof ugig.resetPassword, (email: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.updatePassword, (newPassword: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getProfile, (username: string) => Promise<Spec.Profile | null>>(true);
same<typeof ugig.updateProfile, (data: Spec.ProfileUpdateInput) => Promise<Spec.ActionResult<Spec.Profile>>>(true);
same<typeof ugig.uploadAvatar, (formData: FormData) => Promise<Spec.ActionResult<string>>>(true);
same<typeof ugig.updateAvailability, (isAvailable: boolean) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.createGig, (data: Spec.GigInput) => Promise<Spec.ActionResult<Spec.Gig>>>(true);
same<typeof ugig.updateGig, (id: string, data: Partial<Spec.GigInput>) => Promise<Spec.ActionResult<Spec.Gig>>>(true);
same<typeof ugig.deleteGig, (id: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.updateGigStatus, (id: string, status: Spec.GigStatus) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getGigs, (filters: Spec.GigFilters, page?: number, limit?: number) => Promise<Spec.PaginatedResult<Spec.Gig>>>(true);
same<typeof ugig.getGig, (id: string) => Promise<Spec.Gig | null>>(true);
same<typeof ugig.getMyGigs, () => Promise<Spec.Gig[]>>(true);
same<typeof ugig.saveGig, (gigId: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.unsaveGig, (gigId: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getSavedGigs, () => Promise<Spec.Gig[]>>(true);
same<typeof ugig.submitApplication, (data: Spec.ApplicationInput) => Promise<Spec.ActionResult<Spec.Application>>>(true);
same<typeof ugig.withdrawApplication, (id: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getMyApplications, (status?: Spec.ApplicationStatus) => Promise<Spec.Application[]>>(true);
same<typeof ugig.getGigApplications, (gigId: string, status?: Spec.ApplicationStatus) => Promise<Spec.ApplicationWithApplicant[]>>(true);
same<typeof ugig.updateApplicationStatus, (id: string, status: Spec.ApplicationStatus) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.bulkUpdateApplicationStatus, (ids: string[], status: Spec.ApplicationStatus) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getOrCreateConversation, (participantId: string, gigId?: string) => Promise<Spec.Conversation>>(true);
same<typeof ugig.getConversations, () => Promise<Spec.ConversationPreview[]>>(true);
same<typeof ugig.getMessages, (conversationId: string, cursor?: string, limit?: number) => Promise<Spec.PaginatedResult<Spec.Message>>>(true);
same<typeof ugig.sendMessage, (conversationId: string, content: string, attachments?: Spec.Attachment[]) => Promise<Spec.ActionResult<Spec.Message>>>(true);
same<typeof ugig.markAsRead, (conversationId: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.uploadAttachment, (formData: FormData) => Promise<Spec.ActionResult<Spec.Attachment>>>(true);
same<typeof ugig.getSubscription, () => Promise<Spec.Subscription | null>>(true);
same<typeof ugig.createCheckoutSession, () => Promise<Spec.ActionResult<{ url: string }>>>(true);
same<typeof ugig.createPortalSession, () => Promise<Spec.ActionResult<{ url: string }>>>(true);
same<typeof ugig.getUsage, () => Promise<{ posts_used: number; posts_limit: number; can_post: boolean }>>(true);
same<typeof ugig.cancelSubscription, () => Promise<Spec.ActionResult>>(true);
same<typeof ugig.createCall, (participantId: string, gigId?: string) => Promise<Spec.ActionResult<Spec.VideoCall>>>(true);
same<typeof ugig.scheduleCall, (participantId: string, scheduledAt: Date, gigId?: string) => Promise<Spec.ActionResult<Spec.VideoCall>>>(true);
same<typeof ugig.getUpcomingCalls, () => Promise<Spec.VideoCall[]>>(true);
same<typeof ugig.getCallHistory, (limit?: number) => Promise<Spec.VideoCall[]>>(true);
same<typeof ugig.endCall, (callId: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.createReview, (data: Spec.ReviewInput) => Promise<Spec.ActionResult<Spec.Review>>>(true);
same<typeof ugig.getUserReviews, (userId: string) => Promise<Spec.Review[]>>(true);
same<typeof ugig.getUserRating, (userId: string) => Promise<{ average: number; count: number }>>(true);
same<typeof ugig.getNotifications, (unreadOnly?: boolean) => Promise<Spec.Notification[]>>(true);
same<typeof ugig.markNotificationRead, (id: string) => Promise<Spec.ActionResult>>(true);
same<typeof ugig.markAllNotificationsRead, () => Promise<Spec.ActionResult>>(true);
same<typeof ugig.getUnreadCount, () => Promise<number>>(true);

// That a difference is noticed.
// @ts-expect-error another argument
same<typeof ugig.getGig, (id: number) => Promise<Spec.Gig | null>>(true);
// @ts-expect-error another result
same<typeof ugig.getGig, (id: string) => Promise<Spec.Gig>>(true);
// @ts-expect-error another member
same<ugig.Attachment, Spec.Attachment & { extra: string }>(true);
