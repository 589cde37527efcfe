/* global Stripe */

import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** Confirms the intent of a refused payment, with the customer's bank, when he presses. */
export class StripeConfirmation extends Interaction {
    static selector = ".o_cn285_stripe_confirm";
    dynamicContent = {
        "button[name=confirm]": { "t-on-click": this.onConfirm },
    };

    async onConfirm() {
        this.setBusy(true);
        try {
            const { txId, accessToken } = this.el.dataset;
            const values = await this.waitFor(
                rpc(`/payment/cn285/confirm/${txId}/intent`, { access_token: accessToken })
            );
            if (values.message) {
                this.say(values.message);
                return;
            }
            const stripe = Stripe(values.publishable_key, { apiVersion: "2019-05-16" });
            const { error } = await this.waitFor(
                stripe.confirmCardPayment(values.client_secret, {
                    payment_method: values.payment_method,
                })
            );
            if (error) {
                this.say(error.message);
                this.setBusy(false);
                return;
            }
            window.location = values.return_url;
        } catch {
            this.say(_t("That did not work. Please try again in a moment."));
            this.setBusy(false);
        }
    }

    setBusy(isBusy) {
        this.el.querySelector("button[name=confirm]").disabled = isBusy;
    }

    say(text) {
        const place = this.el.querySelector("[name=message]");
        place.textContent = text;
        place.classList.remove("d-none");
    }
}

registry
    .category("public.interactions")
    .add("cn285_payment_stripe.stripe_confirmation", StripeConfirmation);
