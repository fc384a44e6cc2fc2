// The design system on one page: what there is, in both colour schemes, to look at while building. Only in the address bar.
import { useState } from 'preact/hooks';
import { theme } from '../lib/theme';
import { Avatar, Button, Card, Empty, Facts, IconButton, Notice, Page, Skeleton, Stars, Status, Tag, Timeline, Trust, Who } from '../ui/base';
import { Choice, Input, Money, Select, Switch, TextArea, Words } from '../ui/fields';
import { Icon, type IconName } from '../ui/icon';
import { Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

const colours = ['bg', 'surface', 'sunken', 'ink', 'soft', 'line', 'line-strong', 'brand', 'brand-soft', 'brand-ink', 'gold', 'gold-soft', 'gold-ink', 'good-soft', 'good-ink', 'bad', 'bad-soft', 'bad-ink', 'info-soft', 'info-ink'];
const icons: IconName[] = ['home', 'search', 'plus', 'bag', 'chat', 'user', 'bell', 'wallet', 'check', 'star', 'shield', 'heart', 'bolt', 'clip', 'send', 'filter', 'gear', 'flag', 'bank', 'chart', 'spark'];
const person = { id: 'a', name: 'Asha Verma', avatarUrl: null, university: 'IIT Bombay', rating: 4.8, completedGigs: 12, trustScore: 83, idVerified: true };

export default function Design() {
  const [open, setOpen] = useState(false);
  const [v, set] = useState({ text: '', choice: 'a', on: true, words: ['figma', 'react'], money: 150000 as number | null });
  return <Page title="Design system" actions={<Button small onClick={() => (theme.value = theme.value === 'dark' ? 'light' : 'dark')}>Light or dark</Button>}>
    <Card class="stack"><h2>Colours</h2><div class="grid">{colours.map((c) => <div key={c} class="row nowrap"><span class="tile" style={{ background: `var(--${c})`, border: '1px solid var(--line-strong)' }} /><code>--{c}</code></div>)}</div></Card>
    <Card class="stack"><h2>Buttons</h2><div class="row"><Button kind="main">Main</Button><Button>Plain</Button><Button kind="quiet">Quiet</Button><Button kind="danger">Danger</Button><Button kind="main" busy>Busy</Button><Button small icon="plus">Small</Button><Button disabled>Off</Button><IconButton icon="bell" label="Bell" badge={3} /></div></Card>
    <Card class="stack"><h2>Tags and states</h2><div class="tags"><Tag>plain</Tag><Tag tone="good">good</Tag><Tag tone="wait">wait</Tag><Tag tone="bad">bad</Tag><Tag tone="info">info</Tag><Tag tone="brand">brand</Tag><Status of="order" value="submitted" /></div>
      <Notice>Information</Notice><Notice tone="wait" icon="warn">Careful</Notice><Notice tone="bad" icon="warn">Wrong</Notice><Notice tone="good" icon="check">Done</Notice></Card>
    <Card class="stack"><h2>People</h2><div class="row"><Avatar who={person} size={24} /><Avatar who={person} size={40} /><Avatar who={person} size={88} /><Trust score={83} /><Stars value={4.8} count={12} /></div><Who who={person} /></Card>
    <Card class="stack"><h2>Fields</h2><Input label="Text" hint="A hint" value={v.text} on={(text) => set({ ...v, text })} /><Input label="With a fault" value="x" on={() => {}} error="At least 3 characters." /><TextArea label="Longer text" value={v.text} on={(text) => set({ ...v, text })} />
      <Money label="Money" value={v.money} on={(money) => set({ ...v, money })} /><Select label="One of many" value={v.choice} on={(choice) => set({ ...v, choice })} options={[['a', 'First'], ['b', 'Second']]} />
      <Choice label="One of few" value={v.choice} on={(choice) => set({ ...v, choice })} options={[{ value: 'a', text: 'First', hint: 'With a hint' }, { value: 'b', text: 'Second' }]} /><Switch label="Switch" value={v.on} on={(on) => set({ ...v, on })} /><Words label="Words" value={v.words} on={(words) => set({ ...v, words })} /></Card>
    <Card class="stack"><h2>Timeline and facts</h2><Timeline rows={[{ label: 'Done', at: Date.now(), state: 'done' }, { label: 'At hand', state: 'now' }, { label: 'To come', state: 'todo' }]} /><Facts rows={[['Price', '₹1,200'], ['Fee', '₹60']]} /></Card>
    <Card class="stack"><h2>Above the page</h2><div class="row"><Button onClick={() => setOpen(true)}>Dialog</Button><Button onClick={() => toast('It worked.', 'good')}>Message</Button><Button onClick={() => toast('It did not work.', 'bad')}>Fault</Button></div></Card>
    <Card class="stack"><h2>Icons</h2><div class="row">{icons.map((i) => <Icon key={i} name={i} size={28} />)}</div></Card>
    <Card><Empty title="Nothing yet" text="What an empty list says."><Button kind="main">What to do</Button></Empty></Card><div class="demo"><Skeleton card /></div>
    {open && <Dialog title="A dialog" close={() => setOpen(false)} actions={<Button kind="main" onClick={() => setOpen(false)}>Good</Button>}><p>Escape closes it; the focus stays inside and goes back.</p></Dialog>}
  </Page>;
}
