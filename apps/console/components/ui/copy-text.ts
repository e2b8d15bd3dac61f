import { toasts } from './toasts.tsx';

/** Puts text on the clipboard, and says so where the browser does not let it; whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  const copied = (await byClipboard(text)) || byCommand(text);
  if (!copied)
    toasts.add({
      type: 'problem',
      priority: 'high',
      title: 'Nothing was copied',
      description: 'The browser keeps its clipboard shut here. Over HTTPS it asks whether to open it.',
    });
  return copied;
}

async function byClipboard(text: string): Promise<boolean> {
  // Absent over plain HTTP, whatever its type says.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return false;
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    // Not permitted; the old way may be.
    return false;
  }
}

function byCommand(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
