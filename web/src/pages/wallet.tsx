import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { post, remove } from '../lib/api';
import { useForm } from '../lib/form';
import { ago, dateTime, digits, money, moneyShort, month, t, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, useLive, usePages } from '../lib/query';
import { config } from '../lib/session';
import type { Balance, BankAccount, Transaction, Withdrawal } from '../lib/types';
import { Button, Card, Empty, Failure, IconButton, Loading, Notice, Page, Status } from '../ui/base';
import { Input, Money, Select } from '../ui/fields';
import { Icon } from '../ui/icon';
import { Confirm, Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

const MONTHS = 6;

export default function Wallet() {
  useTitle(t('wallet.title'));
  const balance = useLive<Balance>('/api/wallet/balance');
  const list = usePages<Transaction>('/api/wallet/transactions', 'transactions', 50);
  const withdrawals = useLive<{ withdrawals: Withdrawal[] }>('/api/wallet/withdrawals?limit=5');
  const banks = useLive<{ bankAccounts: BankAccount[] }>('/api/bank-accounts');
  const [dialog, setDialog] = useState<'' | 'withdraw' | 'bank'>('');
  const [checking, check] = useState('');
  const [leaving, leave] = useState<BankAccount>();
  const least = config.value?.withdrawMin ?? 1, short = !balance.data || balance.data.available < least;
  const withdraw = () => {
    if (!accounts.length) return setDialog('bank');
    if (verified.length) return setDialog('withdraw');
    toast(t('bank.first'), 'bad');
    document.querySelector<HTMLElement>('#banks .button')?.focus();
  };
  if (balance.error && !balance.data) return <Failure page error={balance.error} retry={balance.reload} />;
  const accounts = banks.data?.bankAccounts ?? [], verified = accounts.filter((b) => b.verified);
  const verify = async (b: BankAccount) => {
    check(b.id);
    try {
      const a = await post<BankAccount>(`/api/bank-accounts/${b.id}/verify`);
      toast(t(a.status === 'verified' ? 'bank.good' : a.status === 'checking' ? 'bank.wait' : 'bank.bad'), a.status === 'failed' ? 'bad' : 'good');
    } catch (e) {
      toast((e as Error).message, 'bad');
    }
    check('');
    void banks.reload();
  };
  return <Page title={t('wallet.title')} back="/me"><div class="two"><div class="stack">
    <Card class="hero stack"><div><div class="soft">{t('wallet.available')}</div><div class="big money">{balance.data ? money(balance.data.available) : '…'}</div></div>
      {!!balance.data?.pending && <div class="soft">{t('wallet.pending', { amount: money(balance.data.pending) })}</div>}
      <div class="row"><Button kind="main" icon="bank" disabled={short} onClick={withdraw}>{t('wallet.withdraw')}</Button></div>{balance.data && short && <p class="soft small">{t('wallet.later', { amount: money(least) })}</p>}</Card>
    <Card class="stack"><h2>{t('wallet.earnings')}</h2><Earnings rows={list.items} /></Card>
    <Card class="stack"><h2>{t('wallet.history')}</h2>
      {list.items.length ? <div class="rows">{list.items.map((x) => <div key={x.id}><span class="tile"><Icon name={x.amount >= 0 ? 'down' : x.type === 'withdrawal' ? 'bank' : 'wallet'} /></span>
        <div class="grow"><h3>{word('transaction', x.type)}</h3><div class="soft small">{dateTime(x.createdAt)}{x.orderId && <> · <Link href={`/orders/${x.orderId}`}>{t('wallet.order')}</Link></>}</div></div>
        <div style={{ textAlign: 'right' }}><span class="money">{x.amount > 0 ? '+' : ''}{money(x.amount)}</span>{x.status !== 'completed' && <div class="soft small">{word('withdrawal', x.status)}</div>}</div></div>)}</div>
        : list.busy ? <Loading cards={1} /> : list.error ? <Failure error={list.error} retry={list.reload} /> : <Empty icon="wallet" title={t('wallet.none')} text={t('wallet.noneText')} />}
      {list.more && <Button busy={list.busy} onClick={list.next}>{t('more')}</Button>}</Card>
  </div><aside class="stack">
    <Card class="stack" id="banks"><div class="row between"><h2>{t('bank.title')}</h2><IconButton icon="plus" label={t('bank.add')} onClick={() => setDialog('bank')} /></div>
      {accounts.length ? <div class="rows">{accounts.map((b) => <div key={b.id}><Icon name="bank" /><div class="grow"><h3>•••• {b.last4}</h3><div class="soft small cut">{b.accountHolderName} · {b.ifsc}</div>
        {b.verified ? <Status of="bank" value="verified" /> : <Button small busy={checking === b.id} onClick={() => void verify(b)}>{t(b.status === 'failed' ? 'retry' : 'bank.verify')}</Button>}</div>
        <IconButton icon="trash" label={t('remove.word', { word: b.last4 })} onClick={() => leave(b)} /></div>)}</div> : <p class="soft">{t('bank.none')}</p>}</Card>
    {withdrawals.data && withdrawals.data.withdrawals.length > 0 && <Card class="stack"><h2>{t('wallet.withdrawals')}</h2><div class="rows">{withdrawals.data.withdrawals.map((w) => <div key={w.id}><div class="grow"><span class="money">{money(w.amount)}</span><div class="soft small">{ago(w.createdAt)}</div></div><Status of="withdrawal" value={w.status} /></div>)}</div></Card>}
  </aside></div>
  {dialog === 'bank' && <AddBank close={() => setDialog('')} done={() => { setDialog(''); void banks.reload(); }} />}
  {dialog === 'withdraw' && <Withdraw available={balance.data?.available ?? 0} accounts={verified} close={() => setDialog('')} />}
  {leaving && <Confirm title={t('bank.remove')} text={`•••• ${leaving.last4} · ${leaving.accountHolderName} · ${leaving.ifsc}`} yes={t('delete')} danger close={() => leave(undefined)}
    on={() => void remove(`/api/bank-accounts/${leaving.id}`).then(() => { leave(undefined); void banks.reload(); }, (e) => toast(e.message, 'bad'))} />}
  </Page>;
}

/** Earned in each of the last months, as far as the transactions loaded reach. */
function Earnings({ rows }: { rows: Transaction[] }) {
  const now = new Date();
  const months = Array.from({ length: MONTHS }, (_, i) => new Date(now.getFullYear(), now.getMonth() - (MONTHS - 1 - i), 1).getTime());
  const sums = months.map((from, i) => rows.filter((x) => x.type === 'earning' && x.createdAt >= from && (i === MONTHS - 1 || x.createdAt < months[i + 1])).reduce((s, x) => s + x.amount, 0));
  const top = Math.max(...sums, 1);
  return <figure><div class="bars" role="img" aria-label={months.map((m, i) => `${month(m)}: ${money(sums[i])}`).join(', ')}>{months.map((m, i) => (
    <div key={m} class={sums[i] === top ? 'max' : ''} aria-hidden="true">{sums[i] > 0 && <b>{moneyShort(sums[i])}</b>}<i style={{ height: `${Math.round((sums[i] / top) * 88)}px` }} /><span>{month(m)}</span></div>))}</div></figure>;
}

function AddBank({ close, done }: { close: () => void; done: () => void }) {
  const form = useForm({ accountHolderName: '', accountNumber: '', ifsc: '' });
  const { v, set, errors } = form;
  const save = async () => {
    if (await form.submit(() => post('/api/bank-accounts', { ...v, accountHolderName: v.accountHolderName.trim(), accountNumber: digits(v.accountNumber).replace(/[\s-]/g, ''), ifsc: v.ifsc.trim().toUpperCase() }))) {
      toast(t('bank.added'), 'good');
      done();
    }
  };
  return <Dialog title={t('bank.add')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void save()}>{t('save')}</Button></>}>
    <p class="soft">{t('bank.why')}</p>
    <Input label={t('bank.holder')} autocomplete="name" value={v.accountHolderName} on={(x) => set('accountHolderName', x)} error={errors.accountHolderName} />
    <Input label={t('bank.number')} inputMode="numeric" autocomplete="off" value={v.accountNumber} on={(x) => set('accountNumber', x)} error={errors.accountNumber} />
    <Input label={t('bank.ifsc')} hint={t('bank.ifscHint')} autocomplete="off" value={v.ifsc} on={(x) => set('ifsc', x)} error={errors.ifsc} />
    <Notice icon="shield">{t('bank.note')}</Notice></Dialog>;
}

function Withdraw({ available, accounts, close }: { available: number; accounts: BankAccount[]; close: () => void }) {
  const form = useForm<{ amount: number | null; bankAccountId: string }>({ amount: available, bankAccountId: accounts[0].id });
  const { v, set, errors } = form;
  const least = config.value?.withdrawMin ?? 1;
  const send = async () => {
    if (!v.amount || v.amount < least) return form.fail({ amount: t('wallet.least', { amount: money(least) }) });
    if (v.amount > available) return form.fail({ amount: t('wallet.tooMuch', { amount: money(available) }) });
    if (await form.submit(() => post('/api/wallet/withdraw', v))) {
      invalidate('/api/wallet');
      toast(t('wallet.onTheWay'), 'good');
      close();
    }
  };
  return <Dialog title={t('wallet.withdraw')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void send()}>{t('wallet.withdraw')}</Button></>}>
    <Money label={t('amount')} hint={t('wallet.availableHint', { amount: money(available) })} value={v.amount} on={(x) => set('amount', x)} error={errors.amount} />
    <Select label={t('bank.title')} value={v.bankAccountId} on={(x) => set('bankAccountId', x)} options={accounts.map((a) => [a.id, `•••• ${a.last4} (${a.ifsc})`])} /></Dialog>;
}
