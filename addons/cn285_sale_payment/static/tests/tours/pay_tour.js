import { registry } from "@web/core/registry";

function checkWidth() {
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth + 1) {
        throw new Error(`wider than the screen: ${page.scrollWidth} > ${page.clientWidth}`);
    }
}

// From the page of a quotation to what is paid at its start.
const paying = (amount) => [
    { trigger: "#cn285_first_invoice", run: checkWidth },
    {
        content: "Accept and pay",
        trigger:
            ".o_portal_sale_sidebar a[data-bs-target='#modalaccept'], div[name=sale_order_actions] a[data-bs-target='#modalaccept']",
        run: "click",
    },
    { trigger: "#modalaccept.show #cn285_start", run: checkWidth },
    {
        content: "On to the payment",
        trigger: "#modalaccept.show button[name=cn285_start]",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: `[data-asked=amount]:contains('${amount}')`, run: checkWidth },
    { trigger: "#o_payment_form #customer_input", run: "edit 4242424242424242" },
    {
        content: "Pay and start the contract",
        trigger: "button[name=o_payment_submit_button]:not(:disabled)",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: ".alert-info:contains('paiement'), .alert-success", run: checkWidth },
];

const tours = registry.category("web_tour.tours");
tours.add("cn285_sale_payment_tour", { steps: () => paying("222,00") });
tours.add("cn285_sale_story_pay_tour", { steps: () => paying("336,00") });

// What is offered is tried before its link is mailed: on a busy machine that takes longer than a
// tour waits for a page. What the button sends is waited for, then its answer is opened.
async function sendPatiently(helpers) {
    const form = this.anchor.closest("form");
    const send = async (ev) => {
        ev.preventDefault();
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
        form.dataset.answer = answer.url;
    };
    form.addEventListener("submit", send, { once: true });
    await helpers.click();
}

// The customer reads what is offered, and asks for the link by which it is signed.
const asking = (fact) => [
    { trigger: `#cn285_first_invoice:contains('${fact}')` },
    {
        content: "Signer",
        trigger: "form[action*='/cn285_sign'] button:contains('Signer')",
        run: sendPatiently,
    },
    {
        content: "Read the answer",
        trigger: "form[data-answer]",
        timeout: 60000,
        run() {
            window.location = this.anchor.dataset.answer;
        },
        expectUnloadPage: true,
    },
    { trigger: ".alert-success:contains('adresse')" },
];
tours.add("cn285_sale_story_offer_tour", {
    // The link of the first version leads to the second one.
    steps: () => [{ trigger: "h2:contains('/2')" }, ...asking("336,00")],
});
tours.add("cn285_sale_story_amendment_tour", { steps: () => asking("8 → 12") });

tours.add("cn285_sale_story_decline_tour", {
    steps: () => [
        { trigger: "#cn285_first_invoice:contains('09/01/2029')" },
        {
            trigger: "#sale_order_sidebar_button a[data-bs-target='#modaldecline']",
            run: "click",
        },
        { trigger: "#modaldecline.show select[name=cn285_reason]", run: "selectByLabel Une autre offre" },
        { trigger: "#modaldecline textarea[name=decline_message]", run: "edit Deux ans, c'est trop long" },
        {
            trigger: "#modaldecline button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "body:not(:has(#modaldecline.show)) #cn285_first_invoice, #portal_sale_content" },
    ],
});
