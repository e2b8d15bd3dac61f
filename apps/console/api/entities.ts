import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Entity } from '@tidewatch/api/schemas';
import { get } from './client.ts';

export type EntityField = Entity['field'];

/** Read again each minute, since risk decays. */
export const useEntity = (entity: { readonly field: EntityField; readonly value: string } | undefined) =>
  useQuery({
    queryKey: ['entity', entity],
    queryFn: ({ signal }) => get<Entity>('/api/entity', { ...entity }, signal),
    enabled: entity !== undefined,
    refetchInterval: 60_000,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
