// Line icons on a 24 px grid, drawn for this UI. Each is what goes into the path's d.
const paths = {
  home: 'M4 11.5 12 4l8 7.5V20h-5.5v-5.5h-5V20H4z',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20',
  plus: 'M12 5v14M5 12h14',
  bag: 'M4 8.5h16V19H4zM9 8.5V6.5a3 3 0 0 1 6 0v2M4 13h16',
  chat: 'M4 5.5h16v11h-9l-4.5 3.5v-3.5H4z',
  user: 'M12 4.5a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6zM4.5 20c.8-3.7 3.8-5.5 7.5-5.5s6.700 1.800 7.500 5.500',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4',
  wallet: 'M4 7.500 16 4.500v3M4 7.500h16V19H4zM15 13.200h2',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M19 12H5.500M11 6l-6 6 6 6',
  next: 'm9.500 5.500 6.500 6.500-6.500 6.500',
  down: 'm6 9.500 6 6 6-6',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.500l3 2',
  star: 'm12 4 2.400 5.200 5.600.700-4.100 3.900 1.100 5.600-5-2.800-5 2.800 1.100-5.600L4 9.900l5.600-.700z',
  shield: 'M12 3.500 19 6v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6zM9 11.800l2.200 2.200 4-4',
  pin: 'M12 21c-4.500-4.800-6.500-8-6.500-11a6.500 6.500 0 0 1 13 0c0 3-2 6.200-6.500 11zM12 7.800a2.300 2.300 0 1 1 0 4.600 2.300 2.300 0 0 1 0-4.600z',
  clip: 'm19 11.500-7.300 7.200a4.600 4.600 0 0 1-6.500-6.500l7.700-7.600a3 3 0 0 1 4.300 4.300l-7.600 7.500a1.500 1.500 0 0 1-2.100-2.100l6.800-6.700',
  send: 'M4 12 20 4.500 15.500 20l-4-6zM11.500 14 20 4.500',
  heart: 'M12 19.500C7 16 4 13 4 9.500A4.200 4.200 0 0 1 12 7.600a4.200 4.200 0 0 1 8 1.900C20 13 17 16 12 19.500z',
  filter: 'M4 6.500h16M7 12h10M10 17.500h4',
  gear: 'M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM12 3.500v2.300M12 18.200v2.300M3.500 12h2.300M18.200 12h2.300M6 6l1.600 1.600M16.400 16.400 18 18M18 6l-1.600 1.600M7.600 16.400 6 18',
  more: 'M5.500 12h.01M12 12h.01M18.500 12h.01',
  edit: 'M4.500 19.500 5.500 15 15.500 5l3.500 3.500-10 10zM13.500 7l3.500 3.500',
  trash: 'M5 7h14M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10.500 11v5M13.500 11v5',
  flag: 'M6 21V4.500h11.500L15.500 8.500l2 4H6',
  bolt: 'M13 3.500 5.500 13.500H11l-.500 7L18.500 10.500H13z',
  file: 'M6 3.500h8l4.500 4.500V20.500H6zM13.500 3.500v5h5',
  image: 'M4 5h16v14H4zM4 16l5-4.500 4 3.500 2.500-2 4.500 4M15 8.800h.01',
  logout: 'M14 5H5v14h9M10 12h10M16.500 8.500 20 12l-3.500 3.500',
  bank: 'M4 9.500 12 4.500l8 5zM6 10v7M10 10v7M14 10v7M18 10v7M4 19.500h16',
  phone: 'M7.500 3.500h9v17h-9zM11 17.500h2',
  video: 'M4 7h11v10H4zM15 10.500l5-3v9l-5-3z',
  call: 'M6 4h3.500l1.500 4-2 1.500a10 10 0 0 0 5 5l1.500-2 4 1.500V17.500c0 1.400-1 2.500-2.500 2.500C10.500 20 4 13.500 4 6.500 4 5 4.600 4 6 4z',
  globe: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM4 12h16M12 4c5 5 5 11 0 16M12 4c-5 5-5 11 0 16',
  moon: 'M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500z',
  warn: 'M12 4.500 21 19.500H3zM12 10v4.500M12 17.200h.01',
  info: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 11v5M12 8h.01',
  wifi: 'M3.500 9.500a12 12 0 0 1 17 0M6.500 13a8 8 0 0 1 11 0M9.500 16.300a3.800 3.800 0 0 1 5 0M12 19.500h.01M4 4l16 16',
  chart: 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6',
  design: 'M12 4c5 0 8 3.300 8 7 0 2.500-2 3.500-4 3.500h-2c-1.500 0-2 1.500-1 2.500s.500 3-1.500 3C7 20 4 16.500 4 12s3.500-8 8-8zM8 11h.01M11 7.700h.01M15.500 8.500h.01',
  marketing: 'M4 10v4h3l9 4.500v-13L7 10zM8.500 14.500l1 5M19 10.500c1 .800 1 2.200 0 3',
  writing: 'M4.500 19.500 6 14 17 3.500 20.500 7 9.500 18zM4.500 19.500H20',
  videos: 'M4 6h16v12H4zM10 9.500v5l4.500-2.500z',
  music: 'M9 18V5.500l10-2V16M9 18a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM19 16a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0z',
  programming: 'm8.500 7-5 5 5 5M15.500 7l5 5-5 5M13.500 5l-3 14',
  data: 'M5 6.500C5 5 8 4 12 4s7 1 7 2.500S16 9 12 9 5 8 5 6.500zM5 6.500v11C5 19 8 20 12 20s7-1 7-2.500v-11M5 12c0 1.500 3 2.500 7 2.500s7-1 7-2.500',
  business: 'M4 8h16v11H4zM9 8V5h6v3M4 13h16',
  lifestyle: 'M12 20v-8M12 12c0-4 3-6.500 7-6.500 0 4-3 6.500-7 6.500zM12 14.500c0-3-2.500-5-6.500-5 0 3.500 2.500 5 6.500 5z',
  archive: 'M4 5h16v4H4zM5.500 9v10h13V9M10 13h4',
  smile: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM9 10h.01M15 10h.01M8.500 14c1.500 2.500 5.500 2.500 7 0',
  spark: 'M12 3.500 13.800 10 20.500 12l-6.700 2-1.800 6.500L10.200 14l-6.700-2 6.700-2z',
} as const;
export type IconName = keyof typeof paths;

/** Decoration unless it has a label. */
export function Icon({ name, size = 20, label, fill }: { name: IconName; size?: number; label?: string; fill?: boolean }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill={fill ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.8"
      stroke-linecap="round" stroke-linejoin="round" role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : 'true'}>
      <path d={paths[name]} />
    </svg>
  );
}

const ofCategory: Record<string, IconName> = {
  design: 'design', marketing: 'marketing', writing: 'writing', video: 'videos', music: 'music', programming: 'programming', data: 'data',
  business: 'business', lifestyle: 'lifestyle',
};
export const categoryIcon = (slug: string | null): IconName => ofCategory[slug ?? ''] ?? 'spark';
