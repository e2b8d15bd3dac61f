import { GoTo } from '../components/shell/go-to.tsx';

export default function Page() {
  return <GoTo path="/alerts" />;
}
