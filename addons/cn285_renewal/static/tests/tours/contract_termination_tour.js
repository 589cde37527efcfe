import { registry } from "@web/core/registry";

// What a French customer reads: the words of the decrees, to the letter.
registry.category("web_tour.tours").add("cn285_renewal_three_click_termination_tour", {
    steps: () => [
        {
            content: "The button of the decree is on the contract's page",
            trigger: "a#terminate_contract:contains('résilier votre contrat')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The fields are there, prefilled",
            trigger: "label:contains('Nom et prénom, ou raison sociale')",
        },
        {
            trigger: "input[name=address]",
            run: "edit camille.nouvelle@durand.example",
        },
        {
            trigger: "textarea[name=reason]",
        },
        {
            content: "To the summary",
            trigger: "button:contains('Poursuivre vers le récapitulatif')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The summary can be edited",
            trigger: "h2:contains('Récapitulatif de votre résiliation')",
        },
        {
            trigger: "#edit_termination:contains('Modifier')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "input[name=name]",
            run: "edit Camille Durand-Petit",
        },
        {
            trigger: "button:contains('Poursuivre vers le récapitulatif')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "dd:contains('Camille Durand-Petit')",
        },
        {
            content: "The end of the contract is told before it is notified",
            trigger: "div:contains('Votre contrat prendra fin le')",
        },
        {
            content: "Notify",
            trigger: "#notify_termination:contains('notification de la résiliation')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Confirmed, with the end date",
            trigger: "#contract_end_date:contains('Votre contrat prend fin le')",
        },
        {
            content: "The confirmation can be downloaded",
            trigger: "#download_confirmation",
        },
    ],
});

registry.category("web_tour.tours").add("cn285_renewal_withdrawal_tour", {
    steps: () => [
        {
            content: "The function of the decree is on the contract's page",
            trigger: "a#withdraw_contract:contains('renoncer au contrat ici')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "p:contains('Je me rétracte du contrat')",
        },
        {
            trigger: "#confirm_withdrawal:contains('confirmer la rétractation')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Acknowledged, with date and time",
            trigger: "#declaration_received",
        },
        {
            trigger: "dd:contains('Je me rétracte du contrat')",
        },
    ],
});

registry.category("web_tour.tours").add("cn285_renewal_refusal_tour", {
    steps: () => [
        {
            trigger: "a#refuse_renewal:contains('Refuser la reconduction')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#confirm_refusal:contains('Je refuse la reconduction')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#contract_end_date:contains('Votre contrat prend fin le')",
        },
    ],
});

// The clerk's side: the dashboard of notices, one of them sent, a termination with its money.
registry.category("web_tour.tours").add("cn285_renewal_notice_tour", {
    steps: () => [
        {
            content: "The notice is on the dashboard",
            trigger: ".o_kanban_record:contains('Camille Durand')",
            run: "click",
        },
        {
            content: "The last day to refuse stands in a box",
            trigger: ".o_form_view .border:contains('Last day to refuse')",
        },
        {
            trigger: "button[name=action_print_letters]",
        },
    ],
});

registry.category("web_tour.tours").add("cn285_renewal_terminate_tour", {
    steps: () => [
        {
            content: "Terminate by the contract's own terms",
            trigger: "button[name=action_open_termination]",
            run: "click",
        },
        {
            content: "The right is told before it is scheduled",
            trigger: ".o_field_widget[name=ground]:contains('End of the Term')",
        },
        {
            content: "So are fee, refund and dates",
            trigger:
                ".o_field_widget[name=quote_html]:contains('Fee for leaving early'):contains('Last day of the contract')",
        },
        {
            trigger: "button[name=action_schedule]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=stage]:contains('Requested')",
        },
        {
            content: "Confirm to the customer",
            trigger: "button[name=action_confirm_to_customer]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=stage]:contains('Notified')",
        },
    ],
});
