// A client of the ugig contract: server actions by name, arguments as an array.
import { assert } from './harness.mjs';

let next = (process.pid % 90000) * 1000;
export const email = () => `user${next++}@ugig.example`;

export class Ugig {
  constructor(box, data) {
    this.box = box;
    this.token = data?.access_token;
    this.refresh = data?.refresh_token;
    this.profile = data?.user;
  }
  get id() {
    return this.profile.id;
  }

  /** Makes an account by the form. */
  static async signUp(box, fields = {}) {
    const form = new FormData();
    for (const [key, value] of Object.entries({ email: email(), password: 'correct horse', ...fields })) form.set(key, value);
    const { status, body } = await box.post('/api/actions/signUp', form);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.success, true);
    return Object.assign(new Ugig(box, body.data), { email: form.get('email'), password: form.get('password') });
  }

  /** {status, body} of an action; args: an array, an object or a FormData. */
  post(name, args = []) {
    return this.box.post(`/api/actions/${name}`, args, { token: this.token });
  }
  /** What the function resolves to. */
  async call(name, ...args) {
    const { status, body } = await this.post(name, args);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  /** The data of an ActionResult<T>. */
  async do(name, ...args) {
    const body = await this.call(name, ...args);
    assert.equal(body.success, true);
    return body.data;
  }
  /** An action that fails. */
  async fails(status, code, name, ...args) {
    const answer = await this.post(name, args);
    assert.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.success, false);
    assert.equal(answer.body.code, code, JSON.stringify(answer.body));
    assert.ok(typeof answer.body.error === 'string' && answer.body.error.length > 0);
    assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'error', 'success']);
    return answer.body.error;
  }
}

export const nobody = (box) => new Ugig(box);
export const unknown = '00000000-0000-4000-8000-000000000000';
export const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The members and types of the specification's interfaces: "text", "text?" may be null, "[text]" a list, "=word|word", "@Type" another one; a key
 * that ends with ? may be missing. */
const types = {
  Profile: {
    id: 'uuid', username: 'text', full_name: 'text?', avatar_url: 'text?', bio: 'text?', skills: '[text]', ai_tools: '[text]',
    hourly_rate: 'number?', portfolio_urls: '[text]', location: 'text?', timezone: 'text?', is_available: 'boolean',
    profile_completed: 'boolean', created_at: 'time', updated_at: 'time',
  },
  Gig: {
    id: 'uuid', poster_id: 'uuid', 'poster?': '@Profile', title: 'text', description: 'text', category: 'text', skills_required: '[text]',
    ai_tools_preferred: '[text]', budget_type: '=fixed|hourly', budget_min: 'number?', budget_max: 'number?', duration: 'text?',
    location_type: '=remote|onsite|hybrid', location: 'text?', status: '=draft|active|paused|closed|filled', applications_count: 'number',
    views_count: 'number', created_at: 'time', updated_at: 'time',
  },
  Application: {
    id: 'uuid', gig_id: 'uuid', 'gig?': '@Gig', applicant_id: 'uuid', 'applicant?': '@Profile', cover_letter: 'text', proposed_rate: 'number?',
    proposed_timeline: 'text?', portfolio_items: '[text]', ai_tools_to_use: '[text]',
    status: '=pending|reviewing|shortlisted|rejected|accepted|withdrawn', created_at: 'time', updated_at: 'time',
  },
  Conversation: {
    id: 'uuid', participant_ids: '[uuid]', 'participants?': '[@Profile]', gig_id: 'uuid?', 'gig?': '@Gig', last_message_at: 'time',
    created_at: 'time', updated_at: 'time',
  },
  Message: {
    id: 'uuid', conversation_id: 'uuid', sender_id: 'uuid', 'sender?': '@Profile', content: 'text', attachments: '[@Attachment]',
    read_by: '[uuid]', created_at: 'time',
  },
  Attachment: { name: 'text', url: 'text', type: 'text', size: 'number' },
  Subscription: {
    id: 'uuid', user_id: 'uuid', stripe_customer_id: 'text?', stripe_subscription_id: 'text?',
    status: '=active|canceled|past_due|trialing|incomplete', plan: '=free|pro', current_period_start: 'time?', current_period_end: 'time?',
    cancel_at_period_end: 'boolean', created_at: 'time', updated_at: 'time',
  },
  VideoCall: {
    id: 'uuid', room_id: 'text', initiator_id: 'uuid', 'initiator?': '@Profile', participant_ids: '[uuid]', 'participants?': '[@Profile]',
    gig_id: 'uuid?', application_id: 'uuid?', scheduled_at: 'time?', started_at: 'time?', ended_at: 'time?', created_at: 'time',
  },
  Review: {
    id: 'uuid', gig_id: 'uuid', reviewer_id: 'uuid', 'reviewer?': '@Profile', reviewee_id: 'uuid', 'reviewee?': '@Profile', rating: 'number',
    comment: 'text?', created_at: 'time',
  },
  Notification: {
    id: 'uuid', user_id: 'uuid',
    type: '=new_application|application_status|new_message|call_scheduled|review_received|gig_update', title: 'text', body: 'text?',
    data: 'object', read_at: 'time?', created_at: 'time',
  },
};
types.ConversationPreview = { ...types.Conversation, participants: '[@Profile]', 'last_message?': '@Message', unread_count: 'number' };

function check(value, type, where) {
  if (type.endsWith('?')) {
    if (value === null) return;
    type = type.slice(0, -1);
  }
  if (type.startsWith('[')) {
    assert.ok(Array.isArray(value), `${where} is no list: ${JSON.stringify(value)}`);
    value.forEach((v, i) => check(v, type.slice(1, -1), `${where}[${i}]`));
  } else if (type.startsWith('@')) is(type.slice(1), value, where);
  else if (type.startsWith('=')) assert.ok(type.slice(1).split('|').includes(value), `${where}: ${value}`);
  else if (type === 'uuid') assert.match(value, uuid, where);
  else if (type === 'time') assert.match(value, stamp, where);
  else assert.equal(typeof value, type === 'text' ? 'string' : type, where);
}

/** That a value is what the specification calls `name`: every member there, of its type. Answers the value. */
export function is(name, value, where = name) {
  for (const [key, type] of Object.entries(types[name])) {
    const plain = key.replace(/\?$/, '');
    if (key !== plain && (value[plain] === undefined || value[plain] === null)) continue;
    assert.ok(plain in value, `${where}.${plain} is missing`);
    check(value[plain], type, `${where}.${plain}`);
  }
  return value;
}
export const are = (name, list) => {
  assert.ok(Array.isArray(list));
  return list.map((v) => is(name, v));
};

export const gigInput = (change = {}) => ({
  title: 'Chatbot for the library',
  description: 'Answers when the library is open.',
  category: 'programming',
  skills_required: ['typescript', 'nextjs'],
  ai_tools_preferred: ['claude', 'cursor'],
  budget_type: 'fixed',
  budget_min: 500,
  budget_max: 1500.5,
  duration: '2 weeks',
  location_type: 'hybrid',
  location: 'Pune',
  ...change,
});
