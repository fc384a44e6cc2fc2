// The frame around all pages: navigation, messages, which page an address shows.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter-preact';
import { reachable } from './lib/api';
import { settle } from './lib/back';
import { language, sentence, t } from './lib/i18n';
import { invalidate } from './lib/query';
import { config, countChats, me, unread, unreadChats } from './lib/session';
import { hear, live } from './lib/socket';
import { Button, Empty, IconButton, Loading, Avatar } from './ui/base';
import { Icon, type IconName } from './ui/icon';
import { Toasts } from './ui/overlay';
import { toast } from './ui/toast';
import { Home } from './pages/home';

/** A page whose code is loaded when it is opened first. */
function later(load: () => Promise<{ default: ComponentType<any> }>, open = false) {
  let loaded: ComponentType<any> | undefined;
  const Later = (props: any) => {
    const [Shown, show] = useState<ComponentType<any> | undefined>(() => loaded);
    const [failed, fail] = useState(false);
    const [, go] = useLocation();
    const allowed = open || me.value;
    useEffect(() => {
      if (!allowed) go(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
      else if (!Shown) load().then((m) => show(() => (loaded = m.default)), () => fail(true));
    }, [allowed]);
    if (!allowed) return null;
    if (failed) return <Empty page icon="wifi" title={t('offline.title')} text={t('offline.text')}><Button kind="main" onClick={() => location.reload()}>{t('retry')}</Button></Empty>;
    return Shown ? <Shown {...props.params} /> : <Loading />;
  };
  return Later;
}

const pages: [string, ComponentType<any>][] = [
  ['/sign-in', later(() => import('./pages/signin'), true)],
  ['/welcome', later(() => import('./pages/welcome'))],
  ['/gigs', later(() => import('./pages/browse'), true)],
  ['/services', later(() => import('./pages/browse'), true)],
  ['/gigs/:id', later(() => import('./pages/gig'), true)],
  ['/gigs/:id/edit', later(() => import('./pages/post'))],
  ['/gigs/:id/applicants', later(() => import('./pages/applicants'))],
  ['/services/:id', later(() => import('./pages/service'), true)],
  ['/services/:id/edit', later(() => import('./pages/offer'))],
  ['/people/:id', later(() => import('./pages/person'), true)],
  ['/post', later(() => import('./pages/post'))],
  ['/offer', later(() => import('./pages/offer'))],
  ['/work', later(() => import('./pages/work'))],
  ['/work/:tab', later(() => import('./pages/work'))],
  ['/orders/:id', later(() => import('./pages/order'))],
  ['/orders/:id/pay', later(() => import('./pages/pay'))],
  ['/chats', later(() => import('./pages/chats'))],
  ['/chats/with', later(() => import('./pages/talk'))],
  ['/chats/order/:order', later(() => import('./pages/talk'))],
  ['/chats/:id', later(() => import('./pages/chat'))],
  ['/wallet', later(() => import('./pages/wallet'))],
  ['/me', later(() => import('./pages/me'))],
  ['/me/portfolio', later(() => import('./pages/portfolio'))],
  ['/me/edit', later(() => import('./pages/profile'))],
  ['/me/settings', later(() => import('./pages/settings'), true)],
  ['/me/saved', later(() => import('./pages/saved'))],
  ['/me/buddies', later(() => import('./pages/buddies'))],
  ['/me/alerts', later(() => import('./pages/alerts'))],
  ['/me/data', later(() => import('./pages/data'))],
  ['/me/trust', later(() => import('./pages/trust'))],
  ['/notifications', later(() => import('./pages/notifications'))],
  ['/setup', later(() => import('./pages/setup'), true)],
  ['/admin', later(() => import('./pages/admin'))],
  ['/admin/*', later(() => import('./pages/admin'))],
  ['/design', later(() => import('./pages/design'), true)],
];

const places: { href: string; icon: IconName; text: 'nav.home' | 'nav.work' | 'nav.post' | 'nav.chats' | 'nav.me'; on: RegExp }[] = [
  { href: '/', icon: 'home', text: 'nav.home', on: /^\/($|gigs|services|people)/ },
  { href: '/work', icon: 'bag', text: 'nav.work', on: /^\/(work|orders)/ },
  { href: '/post', icon: 'plus', text: 'nav.post', on: /^\/(post|offer)/ },
  { href: '/chats', icon: 'chat', text: 'nav.chats', on: /^\/chats/ },
  { href: '/me', icon: 'user', text: 'nav.me', on: /^\/(me|wallet|notifications)/ },
];

export function App() {
  const [at] = useLocation();
  const first = useRef(true);
  void language.value; // all of it again in another language
  useEffect(() => {
    if (first.current) return void (first.current = false);
    settle();
    const main = document.getElementById('main')!; // unless the page put the focus somewhere itself
    if (!main.contains(document.activeElement)) main.focus({ preventScroll: true });
  }, [at]);
  useEffect(() => {
    const stops = [
      hear('NOTIFICATION', (n) => {
        unread.value++;
        invalidate('/api/notifications');
        if (n.type === 'new_message' && location.pathname.startsWith('/chats')) return;
        toast(sentence(n) || n.title, 'plain', n.type === 'new_message' ? n.orderId ? `/chats/order/${n.orderId}` : '/chats' : n.orderId ? `/orders/${n.orderId}` : n.gigId ? `/gigs/${n.gigId}` : '/notifications');
      }),
      hear('CHAT_MESSAGE', (m) => m.senderId !== me.value?.id && void countChats()),
      hear('AUTHENTICATED', () => void countChats()),
      hear('ORDER_UPDATE', (o) => invalidate('/api/orders', '/api/wallet', ...(o.gigId ? [`/api/gigs/${o.gigId}`] : []))),
      hear('NEW_APPLICATION', (a) => invalidate(`/api/gigs/${a.gigId}`, '/api/gigs/my-gigs')),
      hear('CALL_RING', (d) => void import('./lib/call').then((m) => m.ring(d))),
      hear('RESYNC', () => invalidate('/api/')),
    ];
    return () => stops.forEach((stop) => stop());
  }, []);
  const bare = at.startsWith('/sign-in');
  return <>
    <a class="skip" href="#main">{t('skip')}</a>
    <header class="top"><div class="topin">
      <Link href="/" class="logo"><img src="/icon.svg" alt="" width="32" height="32" /><span>{config.value?.name ?? 'gigbox'}</span></Link>
      <nav class="topnav" aria-label={t('nav.main')}>{places.filter((p) => p.href !== '/post' && p.href !== '/me').map((p) => (
        <Link key={p.href} href={p.href} class={p.on.test(at) ? 'on' : ''} aria-current={p.on.test(at) ? 'page' : undefined}>{t(p.text)}{p.icon === 'chat' && unreadChats.value > 0 && <span class="count">{unreadChats.value}</span>}</Link>))}</nav>
      {me.value ? <>
        <span class="desk"><Button kind="main" small icon="plus" href="/post">{t('nav.post')}</Button></span>
        <IconButton icon="search" label={t('search')} href="/gigs" />
        <IconButton icon="bell" label={t('nav.notifications')} badge={unread.value} href="/notifications" />
        <span class="desk"><Link href="/me" class="iconbutton"><Avatar who={me.value} size={32} /><span class="hidden">{t('nav.me')}</span></Link></span>
      </> : <>
        <IconButton icon="gear" label={t('settings.title')} href="/me/settings" />
        {!bare && <Button kind="main" small href="/sign-in">{t('signin.short')}</Button>}
      </>}
    </div></header>
    {!reachable.value ? <div class="banner" role="status"><Icon name="wifi" size={18} />{t('offline.banner')}</div>
      : me.value && live.value === 'connecting' && <Reconnecting />}
    <main id="main" tabIndex={-1}>
      <Switch>
        <Route path="/"><Home /></Route>
        {pages.map(([path, page]) => <Route key={path} path={path} component={page} />)}
        <Route path="/index.html"><Redirect to="/" replace /></Route>
        <Route><Empty page icon="search" title={t('missing.title')} text={t('missing.text')}><Button kind="main" href="/">{t('nav.home')}</Button></Empty></Route>
      </Switch>
    </main>
    {me.value && <nav class="bottom" aria-label={t('nav.main')}>{places.map((p) => {
      const on = p.on.test(at);
      return <Link key={p.href} href={p.href} class={`${on ? 'on' : ''}${p.icon === 'plus' ? ' post' : ''}`} aria-current={on ? 'page' : undefined}>
        {p.icon === 'plus' ? <span class="plus"><Icon name="plus" /></span> : <Icon name={p.icon} size={24} />}<span>{t(p.text)}</span>{p.icon === 'chat' && unreadChats.value > 0 && <span class="dot">{unreadChats.value}</span>}</Link>;
    })}</nav>}
    {me.value && <Calls />}
    <Toasts />
  </>;
}

/** The call sheet's code is loaded when somebody rings or calls. */
function Calls() {
  const [Sheet, show] = useState<ComponentType>();
  useEffect(() => {
    const load = () => void import('./ui/call').then((m) => show(() => m.default));
    const stop = hear('CALL_RING', load);
    addEventListener('call', load);
    return () => {
      stop();
      removeEventListener('call', load);
    };
  }, []);
  return Sheet ? <Sheet /> : null;
}

/** Said only when it takes a while. */
function Reconnecting() {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), 4000);
    return () => clearTimeout(timer);
  }, []);
  return shown ? <div class="banner" role="status"><span class="spinner" />{t('reconnecting')}</div> : null;
}
