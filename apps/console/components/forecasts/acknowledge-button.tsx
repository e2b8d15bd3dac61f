'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { ForecastRow } from '@tidewatch/api/schemas';
import { useState } from 'react';
import { acknowledge } from '../../api/forecasts.ts';
import { useMay } from '../../api/session.ts';
import { stateWord } from '../../view/forecast.ts';
import { Button } from '../ui/button.tsx';
import { toasts } from '../ui/toasts.tsx';

/** Takes what is off for the new level, where something is and who looks may say so. */
export function AcknowledgeButton({ forecast }: { readonly forecast: ForecastRow }) {
  const client = useQueryClient();
  const { may } = useMay();
  const [busy, setBusy] = useState(false);
  if (!may('triage') || stateWord(forecast) !== 'unusual') return null;
  async function take(): Promise<void> {
    setBusy(true);
    try {
      await acknowledge(client, forecast.name);
      toasts.add({ title: `What ${forecast.name} is at now is expected of it from here on` });
    } catch (error) {
      toasts.add({
        ...{ type: 'problem', priority: 'high', title: 'The level was not taken' },
        description: (error as Error).message,
      });
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      disabled={busy}
      onClick={() => void take()}
      title="For a change that you know of and that stays. Left alone, it is expected after six hours."
    >
      Take as the new level
    </Button>
  );
}
