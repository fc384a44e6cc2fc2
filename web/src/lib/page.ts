import { useEffect } from 'preact/hooks';
import { config } from './session';

/** The document's title while a page is shown. */
export function useTitle(title: string | undefined): void {
  const name = config.value?.name ?? 'gigbox';
  useEffect(() => {
    if (title !== undefined) document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
}
