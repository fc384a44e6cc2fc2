// What an order waits for, told to one of its two parties.
import { t } from '../lib/i18n';
import type { Order } from '../lib/types';

export interface Step { mine: boolean; text: string; action: string }

export function nextStep(o: Order, who: string): Step {
  const client = o.clientId === who;
  const other = (client ? o.doer : o.client)?.name ?? t('person.unnamed');
  const say = (mine: boolean, key: string, action = ''): Step => ({ mine, text: t(`next.${key}` as never, { name: other }), action: action && t(`do.${action}` as never) });
  switch (o.status) {
    case 'pending_payment':
      if (o.actions.includes('accept')) return say(true, 'doerAccept', 'accept');
      if (client) return payable(o) ? say(true, 'clientPay', 'pay') : say(false, 'clientWaitAccept');
      return say(false, 'doerWaitPay');
    case 'in_progress':
      if (client && payable(o)) return say(true, 'clientPayLate', 'pay');
      if (o.revisionRequests.length && !client) return say(true, 'doerRevise', 'submit');
      return client ? say(false, 'clientWaitWork') : say(true, 'doerWork', 'submit');
    case 'submitted': return client ? say(true, 'clientReview', 'review') : say(false, 'doerWaitReview');
    case 'approved':
    case 'completed': return say(false, 'completed');
    case 'disputed': return say(false, 'disputed');
    default: return say(false, 'cancelled');
  }
}

/** The client may put the money into escrow: before work begins, or while it goes on. */
export const payable = (o: Order): boolean =>
  o.escrowState === 'awaiting_payment' && (o.status === 'pending_payment' || o.status === 'in_progress' || o.status === 'submitted');
