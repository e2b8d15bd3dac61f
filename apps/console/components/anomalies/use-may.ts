'use client';
import { useSession } from '../../api/session.ts';

const engineers = new Set(['engineer', 'admin']);
const triagers = new Set(['analyst', 'engineer', 'admin']);

/** What who looks may do with detectors. */
export function useMay() {
  const { data } = useSession();
  const has = (roles: ReadonlySet<string>): boolean => data?.roles.some((role) => roles.has(role)) ?? false;
  return {
    write: has(engineers),
    judge: has(triagers),
    takeBack: ({ author }: { readonly author: string }): boolean => has(engineers) || author === data?.user,
  };
}
