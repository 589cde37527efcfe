/* A stand-in for https://js.stripe.com/v3/ in tests: plain fields instead of Stripe's frames, a
 * dialogue instead of a bank's challenge, and the intents of the server that serves this file. */
(() => {
    const API = "__API__";

    function form(values, prefix) {
        return Object.entries(values).flatMap(([name, value]) => {
            const key = prefix ? `${prefix}[${name}]` : name;
            if (value === undefined || value === null) {
                return [];
            }
            return typeof value === "object" ? form(value, key) : [[key, String(value)]];
        });
    }

    class Element {
        constructor(elements) {
            this.elements = elements;
            this.handlers = {};
        }

        on(name, handler) {
            this.handlers[name] = handler;
        }

        mount(place) {
            const target = typeof place === "string" ? document.querySelector(place) : place;
            const fields = this.elements.isAccount
                ? ['<input name="stripe-iban" placeholder="IBAN"/>']
                : [
                      '<input name="stripe-number" placeholder="Card number"/>',
                      '<input name="stripe-expiry" placeholder="MM / YY"/>',
                  ];
            target.innerHTML = fields.join(" ");
            this.elements.root = target;
            this.handlers.ready?.();
        }
    }

    class Elements {
        constructor(options) {
            this.options = options;
            this.isAccount = (options.paymentMethodTypes || [])[0] === "sepa_debit";
        }

        create() {
            return new Element(this);
        }

        update(options) {
            Object.assign(this.options, options);
        }

        async submit() {
            return {};
        }

        data() {
            const read = (name) => this.root.querySelector(`[name="stripe-${name}"]`).value;
            if (this.isAccount) {
                return { type: "sepa_debit", sepa_debit: { iban: read("iban") } };
            }
            const [month, year] = read("expiry").split("/").map((part) => parseInt(part));
            return {
                type: "card",
                card: { number: read("number"), exp_month: month, exp_year: 2000 + year },
            };
        }
    }

    function challenge() {
        return new Promise((resolve) => {
            const dialogue = document.createElement("div");
            dialogue.className = "stripe-challenge";
            dialogue.style.cssText =
                "position:fixed;inset:30% 30%;background:#fff;border:1px solid;z-index:9999;padding:2em";
            dialogue.innerHTML =
                "<p>Your bank asks: is it you?</p>" +
                '<button class="stripe-complete">Complete</button> ' +
                '<button class="stripe-fail">Fail</button>';
            for (const passed of [true, false]) {
                const name = passed ? ".stripe-complete" : ".stripe-fail";
                dialogue.querySelector(name).addEventListener("click", () => {
                    dialogue.remove();
                    resolve(passed);
                });
            }
            document.body.appendChild(dialogue);
        });
    }

    window.Stripe = function (key) {
        async function post(path, values) {
            const response = await fetch(`${API}/v1/${path}`, {
                method: "POST",
                headers: { Authorization: `Bearer ${key}` },
                body: new URLSearchParams(form(values)),
            });
            const answer = await response.json();
            return response.ok ? { made: answer } : { error: answer.error };
        }

        async function confirm(kind, clientSecret, values) {
            const path = `${kind}s/${clientSecret.split("_secret_")[0]}`;
            const secret = { client_secret: clientSecret };
            let found = await post(`${path}/confirm`, { ...values, ...secret });
            if (found.made?.status === "requires_action") {
                const passed = await challenge();
                found = await post(`${path}/authenticate`, { passed, ...secret });
                if (!passed && found.made) {
                    const made = found.made;
                    return { error: made.last_payment_error || made.last_setup_error };
                }
            }
            return found;
        }

        async function confirmElements(kind, options) {
            const values = { payment_method_data: options.elements.data() };
            if (options.elements.options.setupFutureUsage) {
                values.setup_future_usage = options.elements.options.setupFutureUsage;
            }
            const { made, error } = await confirm(kind, options.clientSecret, values);
            if (error) {
                return { error };
            }
            const target = new URL(options.confirmParams.return_url, window.location);
            target.searchParams.set(kind, made.id);
            target.searchParams.set("redirect_status", "succeeded");
            window.location = target;
            return new Promise(() => {}); // the page is left
        }

        return {
            elements: (options) => new Elements(options || {}),
            confirmPayment: (options) => confirmElements("payment_intent", options),
            confirmSetup: (options) => confirmElements("setup_intent", options),
            confirmCardPayment: async (clientSecret, values = {}) => {
                const { made, error } = await confirm("payment_intent", clientSecret, values);
                return error ? { error } : { paymentIntent: made };
            },
            paymentRequest: () => ({ on: () => {}, canMakePayment: async () => null }),
        };
    };
})();
