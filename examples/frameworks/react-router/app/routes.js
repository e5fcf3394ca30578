import { index, route } from '@react-router/dev/routes'

export default [
  index('routes/home.jsx'),
  route('identity', 'routes/identity.js'),
  route('slow', 'routes/slow.js'),
  route('echo', 'routes/echo.js'),
]
