import { post } from '../lib/api';
import { useForm } from '../lib/form';
import { t } from '../lib/i18n';
import { Button } from '../ui/base';
import { TextArea } from '../ui/fields';
import { Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

export function Report({ type, id, close }: { type: 'user' | 'gig' | 'service' | 'message' | 'review'; id: string; close: () => void }) {
  const form = useForm({ reason: '' });
  const send = async () => {
    if (form.v.reason.trim().length < 3) return form.fail({ reason: t('report.missing') });
    if (await form.submit(() => post('/api/reports', { type, id, reason: form.v.reason.trim() }))) {
      toast(t('report.done'), 'good');
      close();
    }
  };
  return <Dialog title={t('report')} close={close} actions={<Button kind="danger" busy={form.busy} onClick={() => void send()}>{t('report.send')}</Button>}>
    <p>{t('report.text')}</p>
    <TextArea label={t('report.reason')} max={2000} value={form.v.reason} on={(v) => form.set('reason', v)} error={form.errors.reason} />
  </Dialog>;
}
