export const action = ({ request }) => new Response(request.body)
