// Pictures are made small in the browser, then uploaded.
import { signal } from '@preact/signals';
import { ApiError, post } from './api';
import { t } from './i18n';
import type { Attachment } from './types';

const SIDE_MAX = 1600;
const BYTES_MAX = 10 * 1024 * 1024;

/** A picture of at most 1600 pixels a side as JPEG; anything else, and what would not get smaller, as it is. */
export async function shrink(file: File, side = SIDE_MAX): Promise<File> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < 400_000) return file;
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const draw = canvas.getContext('2d')!;
    draw.fillStyle = '#fff';
    draw.fillRect(0, 0, canvas.width, canvas.height);
    draw.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    return small && small.size < file.size ? new File([small], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file;
  } catch {
    return file;
  }
}

/** Files under way just now: nothing is sent off without them. */
export const uploading = signal(0);

export type Purpose = 'attachment' | 'avatar' | 'gig_image' | 'id_document' | 'portfolio';

export async function upload(file: File, purpose: Purpose = 'attachment', side?: number): Promise<Attachment> {
  uploading.value++;
  try {
    const ready = await shrink(file, side);
    if (ready.size > BYTES_MAX) throw new ApiError(413, 'PAYLOAD_TOO_LARGE', t('file.tooLarge'));
    const body = new FormData();
    body.set('purpose', purpose);
    body.set('file', ready, ready.name || 'file');
    return await post<Attachment>('/api/files', body);
  } finally {
    uploading.value--;
  }
}
