import { registry } from "@web/core/registry";

function checkWidth() {
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth + 1) {
        throw new Error(`wider than the screen: ${page.scrollWidth} > ${page.clientWidth}`);
    }
}

registry.category("web_tour.tours").add("cn285_sale_payment_tour", {
    steps: () => [
        { trigger: "#cn285_first_invoice", run: checkWidth },
        {
            content: "Accept and pay",
            trigger: ".o_portal_sale_sidebar a[data-bs-target='#modalaccept'], div[name=sale_order_actions] a[data-bs-target='#modalaccept']",
            run: "click",
        },
        { trigger: "#modalaccept.show #cn285_start", run: checkWidth },
        {
            content: "On to the payment",
            trigger: "#modalaccept.show button[name=cn285_start]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "[data-asked=amount]:contains('222,00')", run: checkWidth },
        { trigger: "#o_payment_form #customer_input", run: "edit 4242424242424242" },
        {
            content: "Pay and start the contract",
            trigger: "button[name=o_payment_submit_button]:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-info:contains('paiement'), .alert-success", run: checkWidth },
    ],
});
