// Words of the portfolio, loaded with the pages that show it.
export const worksEn = {
  title: 'Portfolio', edit: 'Edit the portfolio', text: 'Show what you have made: people choose by it. The first one is seen first.', add: 'Add a work', change: 'Change the work',
  none: 'Nothing to show yet', noneText: 'A picture and two sentences say more than a list of skills.', full: 'That is as many as can be shown. Remove one to add another.',
  name: 'Title', description: 'Description', link: 'Address', linkHint: 'Where it can be seen, beginning with https://', picture: 'Picture', choose: 'Choose a picture', other: 'Another picture', noPicture: 'Remove the picture',
  first: 'Move {title} forward', later: 'Move {title} back', moved: '{title} is number {n} of {of} now.', editOne: 'Edit {title}', remove: 'Remove {title}', removeTitle: 'Remove this work?', removeText: '“{title}” is no longer shown on your profile.',
  open: 'Open {host}', previous: 'Previous work', next: 'Next work', at: '{n} of {of}',
};
export type WorksWords = { [K in keyof typeof worksEn]: string };
