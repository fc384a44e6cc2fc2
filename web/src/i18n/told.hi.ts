// What notifications say, from what the box put into its own English sentence. The type finds one that is missing.
import type { en } from './en';

export type Told = { [K in keyof typeof en as K extends `note.${infer Type}` ? Type : never]: string };
export const told: Told = {
  new_application: '“{subject}” के लिए किसी ने आवेदन किया।', application_accepted: 'आपको “{subject}” के लिए चुना गया।', application_rejected: '“{subject}” के लिए आपको नहीं चुना गया।', application_withdrawn: '“{subject}” का एक आवेदन वापस लिया गया।',
  order_created: '“{subject}” के लिए {amount} का ऑर्डर आया है।', payment_received: '“{subject}” के {amount} काम स्वीकार होने तक सुरक्षित रखे हैं।', work_started: '“{subject}” पर काम शुरू हो गया।', work_submitted: '“{subject}” का काम आपकी स्वीकृति की राह देख रहा है।',
  revision_requested: '“{subject}” में बदलाव माँगे गए हैं।', order_approved: '“{subject}” का आपका काम स्वीकार हुआ।', order_completed: '“{subject}” पूरा हुआ।', order_cancelled: '“{subject}” रद्द हुआ।', order_disputed: 'एक मॉडरेटर “{subject}” को देखेगा।',
  dispute_settled: 'एक मॉडरेटर ने “{subject}” के बारे में फ़ैसला किया।', auto_approve_soon: '“{subject}” का काम जल्द अपने आप स्वीकार हो जाएगा।', refund: '{amount} आपको वापस आ रहे हैं।', withdrawal_paid: '{amount} आपके बैंक खाते में भेजे गए।',
  withdrawal_failed: '{amount} नहीं भेजे जा सके और आपके वॉलेट में वापस हैं।', bank_verified: '{subject} पर ख़त्म होने वाले खाते में आप निकासी कर सकते हैं।', bank_failed: '{subject} पर ख़त्म होने वाला खाता सत्यापित नहीं हो सका।', new_message: '{subject} ने आपको लिखा।',
  new_review: '{subject} ने आपकी समीक्षा की। आपकी समीक्षा के बाद, या कुछ दिनों में, वह दिखेगी।', badge: 'आपको “{subject}” बैज मिला।', gig_boosted: '“{subject}” सबसे पहले दिखता है।', saved_search: '“{subject}” आपकी एक खोज से मेल खाता है।', id_verified: 'आपका पहचान पत्र सत्यापित हुआ।',
  listing_removed: 'एक मॉडरेटर ने “{subject}” हटाया: {detail}', contract_accepted: '{amount} का आपका अनुबंध स्वीकार हुआ।', contract_rejected: '{amount} का आपका अनुबंध अस्वीकार हुआ।', application_status: '“{subject}” के लिए आपका आवेदन देखा जा रहा है।', gig_update: '“{subject}” बदल गया है।',
  call_scheduled: '{subject} ने आपके साथ कॉल का समय तय किया।', call_started: '{subject} आपको कॉल कर रहे हैं।', call_reminder: '{subject} के साथ आपकी कॉल जल्द शुरू होगी।', call_cancelled: '{subject} के साथ कॉल रद्द हुई।', listing_restored: '“{subject}” फिर दिखता है।',
  id_rejected: 'आपका पहचान पत्र स्वीकार नहीं हुआ: {detail}', report_settled: 'एक मॉडरेटर ने आपकी शिकायत देखी: {detail}। धन्यवाद।', saved_search_digest: '{subject} और काम आपकी सहेजी खोजों से मेल खाते हैं।',
};
