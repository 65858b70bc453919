import { render } from 'preact';
import { startI18n } from './i18n';
import { startApp } from './state/app';
import { startTheme } from './state/theme';
import './style/index.css';
import { App } from './ui/app';
import { startShortcuts } from './ui/shortcuts';

startTheme();
startI18n();
startApp();
startShortcuts();
render(<App />, document.getElementById('app')!);
