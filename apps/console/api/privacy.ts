import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { FieldInventory } from '@tidewatch/api/schemas';
import { get } from './client.ts';

export const useFieldInventory = (source: string | null, wanted: boolean) =>
  useQuery({
    queryKey: ['field-inventory', source],
    queryFn: ({ signal }) =>
      get<FieldInventory>('/api/privacy/fields', { source: source ?? undefined }, signal),
    enabled: wanted && source !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
