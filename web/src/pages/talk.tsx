import { useEffect, useState } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';
import { ApiError, post } from '../lib/api';
import type { Conversation } from '../lib/types';
import { Failure, Loading } from '../ui/base';

/** Opens the conversation of an order, or with a person (?user=, ?gig=), and goes there. */
export default function Talk({ order }: { order?: string }) {
  const [error, fail] = useState<ApiError>();
  const [, go] = useLocation();
  const q = new URLSearchParams(useSearch());
  const open = () => {
    fail(undefined);
    const gigId = q.get('gig');
    const asked = order ? post<Conversation>(`/api/orders/${order}/conversation`) : post<Conversation>('/api/conversations', { userId: q.get('user'), ...(gigId ? { gigId } : {}) });
    asked.then((c) => go(`/chats/${c.id}`, { replace: true }), fail);
  };
  useEffect(open, []);
  return error ? <Failure page error={error} retry={open} /> : <Loading cards={1} />;
}
