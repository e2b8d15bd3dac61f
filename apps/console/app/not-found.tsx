import { Compass } from 'lucide-react';
import { buttonClass } from '../components/ui/button.tsx';
import { Link } from '../components/ui/link.tsx';
import { EmptyState } from '../components/ui/states.tsx';

export default function NotFound() {
  return (
    <main className="flex h-dvh flex-col">
      <EmptyState icon={<Compass size={24} />} title="There is no such page">
        <p>The address may be mistyped, or come from another version of Tidewatch.</p>
        <Link href="/alerts" className={buttonClass('primary')}>
          Go to the alerts
        </Link>
      </EmptyState>
    </main>
  );
}
