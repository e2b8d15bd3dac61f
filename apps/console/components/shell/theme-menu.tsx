'use client';
import { Contrast, Monitor, Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Menu, MenuChoices } from '../ui/menu.tsx';

const choices = [
  { value: 'light', label: 'Light', icon: <Sun size={14} /> },
  { value: 'dark', label: 'Dark', icon: <Moon size={14} /> },
  { value: 'contrast', label: 'High contrast', icon: <Contrast size={14} /> },
  { value: 'system', label: 'As the system', icon: <Monitor size={14} /> },
] as const;
type Choice = (typeof choices)[number]['value'];

const watch = (changed: () => void): (() => void) => {
  addEventListener('tidewatch-theme', changed);
  return () => removeEventListener('tidewatch-theme', changed);
};

/** The theme shown right now; charts read their colours anew when it changes. */
export const useTheme = (): string =>
  useSyncExternalStore(
    watch,
    () => document.documentElement.dataset.theme ?? 'light',
    () => 'light',
  );

function choose(choice: Choice): void {
  if (choice === 'system') localStorage.removeItem('theme');
  else localStorage.setItem('theme', choice);
  dispatchEvent(new Event('tidewatch-theme-chosen'));
}

export function ThemeMenu() {
  const chosen = useSyncExternalStore(
    watch,
    () => (document.documentElement.dataset.themeChoice ?? 'system') as Choice,
    () => 'system' as Choice,
  );
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Theme">
          {choices.find(({ value }) => value === chosen)?.icon ?? <Monitor size={14} />}
        </IconButton>
      }
    >
      <MenuChoices value={chosen} onChange={choose} choices={choices} />
    </Menu>
  );
}
