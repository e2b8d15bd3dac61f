// Sets the theme before the first paint; a file of its own, so that no inline script is needed.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const ofSystem = () => (contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light');
  const apply = () => {
    let choice = null;
    try {
      choice = localStorage.getItem('theme');
    } catch {
      // Storage may be forbidden; the system's theme is then the answer.
    }
    const named = choice === 'light' || choice === 'dark' || choice === 'contrast';
    document.documentElement.dataset.theme = named ? choice : ofSystem();
    document.documentElement.dataset.themeChoice = named ? choice : 'system';
    dispatchEvent(new Event('tidewatch-theme'));
  };
  apply();
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener('tidewatch-theme-chosen', apply);
})();
