// Words of the page about one's own data, loaded with it.
export const dataEn = {
  take: 'Take it along',
  takeText: 'Everything about you as one archive: profile, gigs, orders, messages, money, files.',
  download: 'Download my data',
  leave: 'Delete my account',
  leaveText: 'Name, contacts, profile and listings are gone for good. What others took part in stays under “deleted user”. Not while an order is open or money is in the wallet.',
  final: 'This cannot be undone. We sent you a code to confirm it.',
  gone: 'Your account was deleted.',
};
export type DataWords = { [K in keyof typeof dataEn]: string };
