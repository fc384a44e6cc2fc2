import { Link } from 'wouter-preact';
import { a, type Day, type Statistics } from '../../lib/admin';
import { dayMonth, money, moneyShort, number } from '../../lib/i18n';
import { useGet } from '../../lib/query';
import { Card, Failure, Loading } from '../../ui/base';

const DAYS = 30;
const tiles: [keyof Statistics & string, string?][] = [['users', '/admin/users'], ['gigsOpen'], ['services'], ['ordersOpen'], ['disputesOpen', '/admin/disputes'], ['reportsOpen', '/admin/reports'], ['escrow'], ['fees']];
const plots: (keyof Omit<Day, 'date'>)[] = ['signUps', 'gigs', 'orders', 'messages', 'fees', 'escrow'];

export function Dashboard() {
  const { data, error, reload } = useGet<Statistics>(`/api/admin/statistics?days=${DAYS}`);
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  const amount = (k: string) => k === 'escrow' || k === 'fees';
  return <>
    <ul class="figures">{tiles.map(([k, href]) => {
      const n = data[k] as number, inner = <><span class="soft small">{a(`f.${k}` as never)}</span><b class="money">{amount(k) ? money(n) : number(n)}</b></>;
      return <li key={k} class={(k === 'disputesOpen' || k === 'reportsOpen') && n ? 'warm' : ''}>{href ? <Link href={href}>{inner}</Link> : <div>{inner}</div>}</li>;
    })}</ul>
    <h2>{a('last', { n: DAYS })}</h2>
    <div class="grid">{plots.map((k) => <Plot key={k} name={a(`d.${k}` as never)} days={data.days} of={k} asMoney={amount(k)} line={k === 'escrow'} />)}</div>
  </>;
}

/** Bars by day, or a line for what is a state; the numbers are there as a table too. */
function Plot({ name, days, of, asMoney, line }: { name: string; days: Day[]; of: keyof Omit<Day, 'date'>; asMoney: boolean; line?: boolean }) {
  const w = 300, h = 90, values = days.map((d) => d[of]), top = Math.max(...values, 1), step = w / Math.max(values.length, 1);
  const say = (n: number) => (asMoney ? money(n) : number(n)), sum = line ? values[values.length - 1] ?? 0 : values.reduce((x, y) => x + y, 0);
  const y = (v: number) => h - (v / top) * (h - 4);
  return <Card class="stack tight"><figure class="stack tight"><figcaption class="row between"><h3>{name}</h3><b class="money">{asMoney ? moneyShort(sum) : number(sum)}</b></figcaption>
    <svg class="plot" viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${say(sum)}`}>
      {line ? <><path class="area" d={`M0 ${h} ${values.map((v, i) => `L${i * step + step / 2} ${y(v)}`).join(' ')} L${w} ${h} Z`} /><path class="curve" d={values.map((v, i) => `${i ? 'L' : 'M'}${i * step + step / 2} ${y(v)}`).join(' ')} /></>
        : values.map((v, i) => <rect key={i} x={i * step + 1} y={y(v)} width={Math.max(step - 2, 1)} height={Math.max(h - y(v), v ? 2 : 0.6)} rx="1.500"><title>{`${dayMonth(Date.parse(days[i].date))}: ${say(v)}`}</title></rect>)}
    </svg>
    <div class="row between soft small"><span>{days[0] && dayMonth(Date.parse(days[0].date))}</span><span>{days.length > 0 && dayMonth(Date.parse(days[days.length - 1].date))}</span></div></figure>
    <details class="small"><summary>{a('details')}</summary><div class="tablebox" tabIndex={0} role="group" aria-label={name}><table><thead><tr><th scope="col">{a('day')}</th><th scope="col">{name}</th></tr></thead><tbody>{[...days].reverse().map((d) => <tr key={d.date}><th scope="row">{dayMonth(Date.parse(d.date))}</th><td>{say(d[of])}</td></tr>)}</tbody></table></div></details>
  </Card>;
}
