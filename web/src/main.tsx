import { render } from 'preact';
import { startI18n } from './i18n';
import { startApp } from './state/app';
import './style/index.css';
import { App } from './ui/app';

startI18n();
startApp();
render(<App />, document.getElementById('app')!);
