export const POST = ({ request }) => new Response(request.body)
