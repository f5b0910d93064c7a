//! One line for each request that changed or failed; reads only at debug. Addresses are logged as their pattern: real ones hold links.

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;

pub async fn requests(request: Request<Body>, next: Next) -> Response {
    let method = request.method().clone();
    let path =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let is_read = method.is_safe();
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    match (response.status().is_server_error(), is_read) {
        (true, _) => tracing::error!(%method, path, status, ms, "request failed"),
        (false, false) => tracing::info!(%method, path, status, ms, "request"),
        (false, true) => tracing::debug!(%method, path, status, ms, "request"),
    }
    response
}
