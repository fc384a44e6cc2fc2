import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { a, aw, type AdminRefund, type AdminWithdrawal, type OutboxRow } from '../../lib/admin';
import { post, query } from '../../lib/api';
import { ago, money } from '../../lib/i18n';
import { usePages } from '../../lib/query';
import { Button, Card, Notice, Tag, Who, type Tone } from '../../ui/base';
import { Chips, Listed, useAct } from './parts';

const tone: Record<string, Tone> = { pending: 'wait', waiting: 'wait', paid: 'good', sent: 'good', failed: 'bad', dead: 'bad', credited: 'info' };
const State = ({ value }: { value: string }) => <Tag tone={tone[value] ?? 'plain'}>{aw('w', value)}</Tag>;

export function Money() {
  const [kind, setKind] = useState('withdrawals');
  return <>
    <Chips label={a('money')} at={kind} on={setKind} all={[['withdrawals', a('withdrawals')], ['refunds', a('refunds')]]} />
    {kind === 'withdrawals' ? <Withdrawals /> : <Refunds />}
  </>;
}

function Withdrawals() {
  const [status, setStatus] = useState('');
  const list = usePages<AdminWithdrawal>(`/api/admin/withdrawals${query({ status })}`, 'withdrawals');
  const { busy, act } = useAct();
  return <>
    <Chips label={a('show')} at={status} on={setStatus} all={['', 'pending', 'paid', 'failed', 'cancelled'].map((s) => [s, s ? aw('w', s) : a('all')])} />
    <Listed list={list} row={(w) => <Card key={w.id} class="stack tight"><div class="row between"><span class="money big">{money(w.amount)}</span><State value={w.status} /></div>
      <div class="row between"><Who who={w.user} size={32}>{w.bankAccount && `•••• ${w.bankAccount.last4} · ${w.bankAccount.ifsc}`}</Who><span class="soft small">{ago(w.createdAt)}</span></div>
      {(w.error || w.sending?.lastError) && <Notice tone="bad" icon="warn">{w.error ?? w.sending?.lastError}</Notice>}
      {w.status === 'pending' && <div class="row"><Button small kind="main" busy={busy === w.id} onClick={() => void act(w.id, () => post(`/api/admin/withdrawals/${w.id}/retry`), list.reload)}>{a('retry')}</Button>
        <Button small kind="danger" onClick={() => void act(w.id, () => post(`/api/admin/withdrawals/${w.id}/cancel`), list.reload)}>{a('cancel')}</Button>{w.sending && <span class="soft small">{a('tries', { n: w.sending.attempts })}</span>}</div>}</Card>} />
  </>;
}

function Refunds() {
  const [status, setStatus] = useState('');
  const list = usePages<AdminRefund>(`/api/admin/refunds${query({ status })}`, 'refunds');
  const { busy, act } = useAct();
  return <>
    <Chips label={a('show')} at={status} on={setStatus} all={['', 'waiting', 'sent', 'dead', 'credited'].map((s) => [s, s ? aw('w', s) : a('all')])} />
    <Listed list={list} row={(r) => <Card key={r.id} class="stack tight"><div class="row between"><span class="money big">{money(r.amount)}</span><State value={r.status} /></div>
      <p class="soft small">{r.reason} · {ago(r.createdAt)}{r.orderId && <> · <Link href={`/admin/disputes/${r.orderId}`}>{r.orderId.slice(0, 8)}</Link></>}</p>{r.error && <Notice tone="bad" icon="warn">{r.error}</Notice>}
      {r.status === 'dead' && <div class="row"><Button small kind="main" busy={busy === r.id} onClick={() => void act(r.id, () => post(`/api/admin/refunds/${r.id}/retry`), list.reload)}>{a('retry')}</Button>
        <Button small onClick={() => void act(r.id, () => post(`/api/admin/refunds/${r.id}/credit`), list.reload)}>{a('credit')}</Button></div>}</Card>} />
  </>;
}

export function Outbox() {
  const [status, setStatus] = useState('');
  const [channel, setChannel] = useState('');
  const list = usePages<OutboxRow>(`/api/admin/outbox${query({ status, channel })}`, 'rows');
  const { busy, act } = useAct();
  return <>
    <Chips label={a('show')} at={status} on={setStatus} all={['', 'waiting', 'dead', 'sent', 'cancelled'].map((s) => [s, s ? aw('w', s) : a('all')])} />
    <Chips label={a('outbox')} at={channel} on={setChannel} all={['', 'sms', 'email', 'push', 'payout', 'refund', 'bank_check'].map((s) => [s, s ? aw('c', s) : a('all')])} />
    <Listed list={list} row={(r) => <Card key={r.id} class="stack tight"><div class="row between"><Tag>{aw('c', r.channel)}</Tag><State value={r.status} /></div>
      <div class="row between"><b class="cut">{r.subject ?? (r.carriesCode ? a('code') : '')}</b><span class="soft small">{r.to}</span></div>
      <p class="soft small">{ago(r.createdAt)} · {a('tries', { n: r.attempts })}{r.status === 'waiting' && ` · ${a('nextTry', { when: ago(r.dueAt) })}`}</p>{r.lastError && <Notice tone="bad" icon="warn">{r.lastError}</Notice>}
      {(r.status === 'waiting' || r.status === 'dead') && ['sms', 'email', 'push'].includes(r.channel) && <div class="row"><Button small busy={busy === r.id} onClick={() => void act(r.id, () => post(`/api/admin/outbox/${r.id}/retry`), list.reload)}>{a('retry')}</Button>
        <Button small kind="danger" onClick={() => void act(r.id, () => post(`/api/admin/outbox/${r.id}/drop`), list.reload)}>{a('drop')}</Button></div>}</Card>} />
  </>;
}
