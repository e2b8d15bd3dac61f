import { useQuery } from '@tanstack/react-query';
import { techniqueName } from '../view/technique.ts';

/** Tells the name of a technique; undefined for one that is not known, and until the table has come. */
export function useTechniqueName(): (id: string) => string | undefined {
  const { data } = useQuery({
    queryKey: ['techniques'],
    queryFn: async () => (await import('../attack/techniques.ts')).techniques,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (id) => (data === undefined ? undefined : techniqueName(data, id));
}
