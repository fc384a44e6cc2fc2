import type { WorksWords } from './works.en';

export const worksHi: WorksWords = {
  title: 'पोर्टफ़ोलियो', edit: 'पोर्टफ़ोलियो बदलें', text: 'अपना किया काम दिखाएँ: लोग इसी से चुनते हैं। पहला सबसे पहले दिखता है।', add: 'काम जोड़ें', change: 'काम बदलें',
  none: 'अभी दिखाने को कुछ नहीं', noneText: 'एक तस्वीर और दो वाक्य कौशल की सूची से ज़्यादा कहते हैं।', full: 'इससे ज़्यादा नहीं दिखाए जा सकते। नया जोड़ने के लिए एक हटाएँ।',
  name: 'शीर्षक', description: 'विवरण', link: 'पता', linkHint: 'जहाँ इसे देखा जा सके, https:// से शुरू', picture: 'तस्वीर', choose: 'तस्वीर चुनें', other: 'दूसरी तस्वीर', noPicture: 'तस्वीर हटाएँ',
  first: '{title} को आगे करें', later: '{title} को पीछे करें', moved: '{title} अब {of} में से {n} पर है।', editOne: '{title} बदलें', remove: '{title} हटाएँ', removeTitle: 'यह काम हटाएँ?', removeText: '“{title}” अब आपकी प्रोफ़ाइल पर नहीं दिखेगा।',
  open: '{host} खोलें', previous: 'पिछला काम', next: 'अगला काम', at: '{of} में से {n}',
};
