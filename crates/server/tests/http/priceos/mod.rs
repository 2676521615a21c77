//! The PriceOS dialect over the router in this process: its errors, and what tells it from Stripe's.

mod bad_input;
mod dialects;
mod linking;
mod pages;
mod shapes;

use crate::client::{Answer, Server, TEST_KEY};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

impl Server {
    /// A request of the dialect, with the test key.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
        let request = if body.is_null() {
            request.body(Body::empty())
        } else {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        };
        self.send(request.unwrap()).await
    }

    /// The same where it must go well.
    pub(crate) async fn good(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, &body).await;
        assert_eq!(answer.status, 200, "{method} {path} {body}: {}", answer.text);
        answer.json()
    }

    /// A server with a feature of each kind, a custom product, the default product, and a customer with usage.
    async fn furnished() -> Self {
        let server = Self::new().await;
        for feature in [
            json!({"featureKey": "sso", "name": "SSO", "type": "boolean"}),
            json!({"featureKey": "seats", "name": "Seats", "type": "limit"}),
            json!({"featureKey": "credits", "name": "Credits", "type": "limit", "tracksUsage": true,
                   "usageResetInterval": "month", "usageResetAnchor": "billing_period"}),
            json!({"featureKey": "old", "name": "Old", "type": "limit", "tracksUsage": true}),
        ] {
            server.good("POST", "/v1/features", feature).await;
        }
        server.good("PUT", "/v1/features/old", json!({"isArchived": true, "archivedReason": "gone"})).await;
        let credits = json!([{"featureKey": "credits", "hasAccess": true, "limit": 100}]);
        let pro = json!({"name": "Pro", "key": "pro", "featureAccess": credits});
        server.good("POST", "/v1/products", pro).await;
        server.good("POST", "/v1/products", json!({"name": "Free", "key": "free", "isDefault": true})).await;
        server.good("POST", "/v1/customers", json!({"customerId": "acme", "customProductKeys": ["pro"]})).await;
        let event = json!({"customerId": "acme", "featureKey": "credits", "amount": 3, "eventKey": "first"});
        server.good("POST", "/v1/usage", event).await;
        server.post("/v1/products", "name=Gold").await;
        server
    }

    /// Everything that a refused request must leave as it was.
    async fn state(&self) -> Vec<Value> {
        let events = json!({"customerId": "acme", "featureKey": "credits"});
        let mut state = vec![self.good("POST", "/v1/usage/events", events).await];
        for path in [
            "/v1/features",
            "/v1/products?archived=true",
            "/v1/customers?include=featureAccess,bonuses",
            "/v1/bonuses?customerId=acme",
            "/v1/overrides?customerId=acme",
            "/v1/products/pro/versions",
        ] {
            state.push(self.good("GET", path, Value::Null).await);
        }
        state
    }
}
