import type { AdminWords } from './admin.en';

export const adminHi: AdminWords = {
  title: 'प्रशासन', dashboard: 'डैशबोर्ड', users: 'लोग', reports: 'शिकायतें', disputes: 'विवाद', money: 'पैसे', listings: 'पोस्ट', categories: 'श्रेणियाँ', settings: 'सेटिंग', audit: 'ऑडिट लॉग', system: 'बॉक्स', outbox: 'भेजे जाने वाले',
  noRight: 'इसे केवल मॉडरेटर और एडमिन देख सकते हैं।', none: 'यहाँ कुछ बाकी नहीं है।', note: 'टिप्पणी', reason: 'कारण', since: '{date} से', details: 'तालिका में', day: 'दिन', last: 'पिछले {n} दिन', apply: 'लागू करें', done: 'हो गया।', show: 'दिखाएँ', search: 'नाम, फ़ोन, ई-मेल…', all: 'सभी', sandbox: 'सैंडबॉक्स: सेवाएँ नक़ली हैं।',
  'f.users': 'खाते', 'f.gigsOpen': 'खुले काम', 'f.services': 'सेवाएँ', 'f.ordersOpen': 'चालू ऑर्डर', 'f.disputesOpen': 'विवाद', 'f.reportsOpen': 'शिकायतें', 'f.escrow': 'एस्क्रो में', 'f.fees': 'कुल शुल्क',
  'd.signUps': 'नए खाते', 'd.gigs': 'पोस्ट किए गए काम', 'd.orders': 'बने ऑर्डर', 'd.messages': 'संदेश', 'd.fees': 'शुल्क', 'd.escrow': 'एस्क्रो में पैसे',
  'user.suspended': 'निलंबित', 'user.id_pending': 'पहचान पत्र बाकी', 'user.id_verified': 'सत्यापित', 'user.moderator': 'मॉडरेटर', 'user.admin': 'एडमिन', 'user.deleted': 'हटाए गए',
  suspend: 'निलंबित करें', unsuspend: 'फिर आने दें', verify: 'पहचान पत्र ठीक है', reject: 'पहचान पत्र ठीक नहीं', look: 'पहचान पत्र देखें', grantModerator: 'मॉडरेटर बनाएँ', grantAdmin: 'एडमिन बनाएँ', revokeModerator: 'मॉडरेटर से हटाएँ', revokeAdmin: 'एडमिन से हटाएँ',
  'report.open': 'खुली', 'report.upheld': 'सही', 'report.dismissed': 'ख़ारिज', 'type.user': 'व्यक्ति', 'type.gig': 'काम', 'type.service': 'सेवा', 'type.message': 'संदेश', 'type.review': 'समीक्षा', uphold: 'सही मानें', dismiss: 'ख़ारिज करें', reportedBy: '{name} ने शिकायत की', takeDown: 'हटाएँ', restore: 'फिर दिखाएँ', takenDown: 'हटाया गया',
  settle: 'फ़ैसला करें', outcome: 'फ़ैसला', release: 'सब काम करने वाले को', refund: 'सब क्लाइंट को वापस', split: 'बाँटें', toDoer: 'काम करने वाले को', settleText: 'एस्क्रो में {amount} हैं। फ़ैसला अंतिम है।', chat: 'चैट', ledger: 'बही', payments: 'भुगतान', work: 'जमा किया गया काम', noMessages: 'कुछ नहीं कहा गया।', history: 'मॉडरेटरों के काम',
  withdrawals: 'निकासी', refunds: 'वापसी', retry: 'अभी कोशिश करें', cancel: 'छोड़ दें', credit: 'वॉलेट में दें', drop: 'न भेजें', tries: '{n} प्रयास', nextTry: 'अगला {when}', code: 'एक बार का कोड',
  'w.pending': 'बाकी', 'w.waiting': 'बाकी', 'w.paid': 'भेज दिया', 'w.sent': 'भेज दिया', 'w.failed': 'विफल', 'w.dead': 'पूरी तरह विफल', 'w.cancelled': 'रद्द', 'w.credited': 'वॉलेट में',
  'c.sms': 'SMS', 'c.email': 'ई-मेल', 'c.push': 'पुश', 'c.payout': 'निकासी', 'c.refund': 'वापसी', 'c.bank_check': 'बैंक जाँच',
  addCategory: 'श्रेणी जोड़ें', slug: 'छोटा नाम', name: 'नाम', aliases: 'अन्य नाम', hidden: 'छिपी हुई', inIt: '{gigs} काम, {services} सेवाएँ', deleteCategory: 'श्रेणी हटाएँ?', deleteCategoryText: 'केवल ख़ाली श्रेणी हटाई जा सकती है।',
  'source.default': 'पहले से', 'source.file': 'फ़ाइल से', 'source.admin': 'यहाँ तय', 'source.environment': 'environment में तय', 'source.argument': 'कमांड में तय', filterSettings: 'सेटिंग ढूँढें', onlyEditable: 'केवल जो यहाँ बदली जा सकें',
  who: 'किसने', box: 'बॉक्स', act: 'काम',
  version: 'संस्करण', uptime: 'चालू', memory: 'मेमोरी', database: 'डेटा फ़ाइल', disk: 'डिस्क ख़ाली', records: 'रिकॉर्ड', connections: 'कनेक्शन', sockets: 'लाइव चैनल', requests: 'अनुरोध', waiting: 'भेजे जाने बाकी', dead: 'नहीं भेजे जा सके', of: '{b} में से {a}',
  backup: 'बैकअप', backupText: 'चलते बॉक्स की पूरी प्रति, गोपनीय जानकारी सहित। इसे सुरक्षित रखें। gigbox restore इसे वापस लाता है।', download: 'प्रति डाउनलोड करें', downloading: 'अब तक {size}…', backupDone: 'प्रति पूरी है।', backupBroken: 'प्रति टूट गई और बेकार है। फिर कोशिश करें।',
  setupTitle: 'अपना मार्केटप्लेस तैयार करें', setupText: 'इस बॉक्स का अभी कोई एडमिन नहीं है। छपे हुए लिंक को खोलने वाला पहला एडमिन बनता है।', setupStale: 'यह लिंक अब मान्य नहीं है। बॉक्स फिर चालू करें: वह नया लिंक छापेगा।', setupDone: 'इस बॉक्स का एडमिन पहले से है।', setupMe: 'एडमिन बनें', setupPhone: 'पहले अपना फ़ोन नंबर प्रमाणित करें।', setupName: 'नाम और पैसे', setupGo: 'सहेजें और डैशबोर्ड पर जाएँ', setupProviders: 'जब तक सेटिंग फ़ाइल में कुंजियाँ न हों, भुगतान, SMS और मेल सैंडबॉक्स में चलते हैं: gigbox config --docs देखें।',
  'key.name': 'मार्केटप्लेस का नाम', 'key.fee_bps': 'शुल्क, 1/100 % में',
};
